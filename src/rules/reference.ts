// reference.config: `config reference: system URL-prefix`.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic, Span } from '../base/diagnostic.ts';
import { configLines } from './config-lines.ts';

export interface ReferenceSystem {
  /** lower case: systems are compared without case */
  readonly name: string;
  /** what stands before the reference's own text to make a URL */
  readonly url: string;
  readonly span: Span;
}

export interface ReferenceFile {
  readonly systems: ReadonlyMap<string, ReferenceSystem>;
  readonly diagnostics: readonly Diagnostic[];
}

const LINE = /^config\s+reference\s*:\s*([A-Za-z][\w.-]*)\s+(\S.*)$/i;

/** Systems of a text; a bad line is a warning and skipped, the first of two equal names stays. */
export function parseReferences(text: string, file: string): ReferenceFile {
  const systems = new Map<string, ReferenceSystem>();
  const diagnostics: Diagnostic[] = [];
  for (const line of configLines(text)) {
    const span = line.span(0, line.text.length);
    const match = LINE.exec(line.text);
    if (match === null) {
      diagnostics.push(
        diagnostic(
          'warning',
          'reference/syntax',
          'this is not a reference system',
          { file, span },
          'write config reference: name url',
        ),
      );
      continue;
    }
    const name = match[1]!.toLowerCase();
    if (systems.has(name)) {
      diagnostics.push(
        diagnostic('warning', 'reference/duplicate', `reference system ${match[1]!} is already defined`, {
          file,
          span,
        }),
      );
      continue;
    }
    systems.set(name, { name, url: match[2]!, span });
  }
  return { systems, diagnostics };
}
