// classification.config: `config classification: shortname,short description,priority`.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic, Span } from '../base/diagnostic.ts';
import { configLines } from './config-lines.ts';

export interface Classification {
  /** lower case: classtypes are compared without case */
  readonly name: string;
  /** the name as written */
  readonly label: string;
  readonly description: string;
  /** 1 is the most severe */
  readonly priority: number;
  /** number of the entry, from 1, in file order */
  readonly id: number;
  readonly span: Span;
}

export interface ClassificationFile {
  readonly entries: ReadonlyMap<string, Classification>;
  readonly diagnostics: readonly Diagnostic[];
}

const LINE = /^config\s+classification\s*:\s*([A-Za-z][\w.-]*)\s*,\s*(.+?)\s*,\s*(\d+)\s*$/i;

/** Entries of a text; a bad line is a warning and skipped, the first of two equal names stays. */
export function parseClassifications(text: string, file: string): ClassificationFile {
  const entries = new Map<string, Classification>();
  const diagnostics: Diagnostic[] = [];
  for (const line of configLines(text)) {
    const span = line.span(0, line.text.length);
    const match = LINE.exec(line.text);
    if (match === null || Number(match[3]) < 1 || Number(match[3]) > 255) {
      diagnostics.push(
        diagnostic(
          'warning',
          'classification/syntax',
          'this is not a classification',
          { file, span },
          'write config classification: name,description,priority (1 to 255)',
        ),
      );
      continue;
    }
    const name = match[1]!.toLowerCase();
    if (entries.has(name)) {
      diagnostics.push(
        diagnostic('warning', 'classification/duplicate', `classtype ${match[1]!} is already defined`, { file, span }),
      );
      continue;
    }
    entries.set(name, {
      name,
      label: match[1]!,
      description: match[2]!,
      priority: Number(match[3]),
      id: entries.size + 1,
      span,
    });
  }
  return { entries, diagnostics };
}
