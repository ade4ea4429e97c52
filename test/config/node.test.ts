// Reading values: conversions, defaults, complaints with their place.
import assert from 'node:assert/strict';
import { parseSetting, parseSize, parseTime, parseBool, parseInteger } from '../../src/config/index.ts';
import { open, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const BODY = 'stream:\n  memcap: 64 MiB\n  depth: oops\n  midstream: maybe\n  n: 0x10\nl: [a, b]\none: x\nempty:\n';
const root = (): ReturnType<typeof open>['root'] => open(folder.write('node.yaml', BODY)).root;

describe('ConfigNode', () => {
  it('converts values', () => {
    const node = root();
    assert.equal(node.size('stream.memcap', 0), 64 * 2 ** 20);
    assert.equal(node.int('stream.n', 0), 16);
    assert.deepEqual(node.strings('l'), ['a', 'b']);
    assert.deepEqual(node.strings('one'), ['x']);
    assert.equal(node.get('stream')?.string('depth'), 'oops');
    assert.deepEqual(node.takeDiagnostics(), []);
  });

  it('takes the default where nothing is set, without complaint', () => {
    const node = root();
    assert.equal(node.bool('absent.too', true), true);
    assert.equal(node.string('empty', 'default'), 'default');
    assert.equal(node.int('empty', 7), 7);
    assert.deepEqual(node.takeDiagnostics(), []);
  });

  it('reports a wrong type with file and line, and takes the default', () => {
    const node = root();
    assert.equal(node.size('stream.depth', 5), 5);
    assert.equal(node.get('stream')?.bool('midstream', false), false);
    assert.equal(node.int('l', 3), 3);
    const found = node.takeDiagnostics();
    assert.deepEqual(
      found.map((one) => [one.code, one.message, one.span.line]),
      [
        ['config/type', 'stream.depth: expected a size such as 64 MiB, found "oops"', 5],
        ['config/type', 'stream.midstream: expected yes or no, found "maybe"', 6],
        ['config/type', 'l: expected a number, found a sequence', 8],
      ],
    );
    assert.ok(found.every((one) => one.file === folder.path('node.yaml')));
    assert.deepEqual(node.takeDiagnostics(), []);
  });

  it('checks ranges and choices', () => {
    const node = root();
    assert.equal(node.int('stream.n', 1, { max: 8 }), 1);
    assert.equal(node.choice('one', ['X', 'y'], 'y'), 'X');
    assert.equal(node.choice('stream.depth', ['a', 'b'], 'b'), 'b');
    assert.deepEqual(
      node.takeDiagnostics().map((one) => one.message.replace(/^.*: /, '')),
      ['expected a number from -9007199254740991 to 8, found "0x10"', 'expected one of a, b, found "oops"'],
    );
  });
});

describe('values', () => {
  it('reads sizes, times, truth and numbers', () => {
    assert.deepEqual(['10kb', '64 MiB', '1gb', '1.5 mb', '4096', '10 x', ''].map(parseSize), [
      10240,
      2 ** 26,
      2 ** 30,
      1572864,
      4096,
      undefined,
      undefined,
    ]);
    assert.deepEqual(['30', '10s', '5m', '1h', '2 days', 'x'].map(parseTime), [30, 10, 300, 3600, 172800, undefined]);
    assert.deepEqual(['Yes', 'on', '1', 'TRUE', 'no', 'off', '0', 'maybe'].map(parseBool), [
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      undefined,
    ]);
    assert.deepEqual(['7', '-7', '0xff', '7.5', 'x'].map(parseInteger), [7, -7, 255, undefined, undefined]);
  });

  it('reports once what is read more than once', () => {
    const node = root();
    for (let i = 0; i < 3; i++) node.size('stream.depth', 5);
    assert.equal(node.takeDiagnostics().length, 1);
    node.size('stream.depth', 5);
    assert.equal(node.takeDiagnostics().length, 0);
  });

  it('splits --set at the first =', () => {
    assert.deepEqual(parseSetting('a.b = c=d'), { path: 'a.b', value: 'c=d' });
    assert.equal(parseSetting('foo'), undefined);
  });
});
