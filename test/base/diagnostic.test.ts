import assert from 'node:assert/strict';
import { diagnostic, formatDiagnostic, renderDiagnostic } from '../../src/base/diagnostic.ts';

const at = (line: number, column: number, length: number) => ({
  file: 'a.rules',
  span: { line, column, offset: 0, length },
});

describe('renderDiagnostic', () => {
  it('underlines the place and adds the hint', () => {
    const d = diagnostic('error', 'rule/syntax', 'no such direction', at(2, 5, 2), 'write ->');
    assert.equal(
      renderDiagnostic(d, 'first\nany <- any\n'),
      'a.rules:2:5: error[rule/syntax]: no such direction\n   |\n 2 | any <- any\n   |     ^^\n  = hint: write ->',
    );
  });
  it('names no place where there is none, as for what the command line sets', () => {
    const nowhere = { file: '', span: { line: 0, column: 0, offset: 0, length: 0 } };
    assert.equal(formatDiagnostic(diagnostic('warning', 'x/y', 'm', nowhere)), 'warning[x/y]: m');
  });
  it('cuts long lines to a window around the place', () => {
    const d = diagnostic('warning', 'x/y', 'm', at(1, 500, 3));
    const lines = renderDiagnostic(d, `${'a'.repeat(499)}bbb${'c'.repeat(500)}`).split('\n');
    const caret = lines[3]!.indexOf('^');
    assert.equal(lines[2]!.slice(caret, caret + 3), 'bbb');
    assert.ok(lines[2]!.length < 120);
  });
  it('prints the headline alone where there is no text or no place', () => {
    const d = diagnostic('info', 'x/y', 'm', at(9, 1, 1));
    assert.equal(renderDiagnostic(d, 'one line'), 'a.rules:9:1: info[x/y]: m');
    assert.equal(formatDiagnostic(diagnostic('info', 'x/y', 'm', at(0, 0, 0))), 'a.rules: info[x/y]: m');
  });
  it('underlines at least one column past the end of a line', () => {
    const d = diagnostic('error', 'x/y', 'm', at(1, 4, 7));
    assert.match(renderDiagnostic(d, 'abc'), /\n {3}\| {4}\^$/);
  });
});
