// Loading by Suricata's rules; every expected dump is what Suricata 8.0.8 prints for the same file.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dumpOf, open, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const load = (body: string, settings: string[] = []): string[] => dumpOf(folder.write('a.yaml', body), settings);

describe('config loader', () => {
  it('names items of sequences by index and gives a mapping its first key as value', () => {
    assert.deepEqual(load('outputs:\n  - fast:\n      enabled: yes\n  - eve-log:\n      types:\n        - alert\n'), [
      'outputs = (null)',
      'outputs.0 = fast',
      'outputs.0.fast = (null)',
      'outputs.0.fast.enabled = yes',
      'outputs.1 = eve-log',
      'outputs.1.eve-log = (null)',
      'outputs.1.eve-log.types = (null)',
      'outputs.1.eve-log.types.0 = alert',
    ]);
  });

  it('knows null from an empty text', () => {
    assert.deepEqual(load('a:\nb: ~\nc: null\nd: "null"\ne: ""\nf: \'\'\n'), [
      'a = (null)',
      'b = (null)',
      'c = (null)',
      'd = null',
      'e = ',
      'f = ',
    ]);
  });

  it('drops items that are empty but keeps those that are null', () => {
    assert.deepEqual(load('l:\n  - a\n  - ~\n  -\n  - c\n'), ['l = (null)', 'l.0 = a', 'l.1 = (null)', 'l.2 = c']);
  });

  it('lets the later of two equal keys win, whole', () => {
    assert.deepEqual(load('m:\n  a: 1\nm:\n  b: 2\n'), ['m = (null)', 'm.b = 2']);
  });

  it('reads dotted keys as paths', () => {
    assert.deepEqual(load('v:\n  x: 1\nv.x: 2\nv.y: 3\n'), ['v = (null)', 'v.x = 2', 'v.y = 3']);
  });

  it('turns _ to - and says so, but not in variable names', () => {
    const opened = open(folder.write('a.yaml', 'foo_bar: 1\nvars:\n  address-groups:\n    HOME_NET: x\n'));
    assert.deepEqual(
      opened.messages.map((one) => one.message),
      ['foo_bar is deprecated. Please use foo-bar on line 3.'],
    );
    assert.equal(opened.root.string('vars.address-groups.HOME_NET'), 'x');
  });

  it('keeps what the command line set, and its place in the order', () => {
    const body =
      'a: 1\noutputs:\n  - fast:\n      enabled: yes\n  - eve-log:\n      enabled: yes\n      types:\n        - alert\n';
    assert.deepEqual(
      load(body, ['outputs.1.eve-log.enabled=no', 'a=2', 'outputs.1.eve-log.types.0=drop', 'n.x_y = 5']),
      [
        'outputs = (null)',
        'outputs.0 = fast',
        'outputs.0.fast = (null)',
        'outputs.0.fast.enabled = yes',
        'outputs.1 = eve-log',
        'outputs.1.eve-log = (null)',
        'outputs.1.eve-log.enabled = no',
        'outputs.1.eve-log.types = (null)',
        'outputs.1.eve-log.types.0 = drop',
        'a = 2',
        'n = (null)',
        'n.x_y = 5',
      ],
    );
  });

  it('includes files where they stand, relative to the file that names them', () => {
    folder.write('sub/inc1.yaml', 'i: 1\ninclude: inc2.yaml\nm:\n  z: 3\n');
    folder.write('sub/inc2.yaml', 'j: 1\n');
    folder.write('inc2.yaml', 'j: 2\nv.w: 4\nm.y: 5\n');
    assert.deepEqual(load('m:\n  y: 1\n  include: sub/inc1.yaml\ninclude: [sub/inc1.yaml, inc2.yaml]\nk: 1\n'), [
      'm = (null)',
      'm.z = 3',
      'm.y = 5',
      'i = 1',
      'j = 2',
      'v = (null)',
      'v.w = 4',
      'k = 1',
    ]);
    assert.deepEqual(load('l: !include inc2.yaml\nl2:\n  - a: 1\n    include: sub/inc2.yaml\n'), [
      'l = (null)',
      'l.j = 2',
      'l.v = (null)',
      'l.v.w = 4',
      'l.m = (null)',
      'l.m.y = 5',
      'l2 = (null)',
      'l2.0 = a',
      'l2.0.a = 1',
      'l2.0.j = 1',
    ]);
  });

  it('reads --include after the file', () => {
    folder.write('more.yaml', 'j: 2\n');
    assert.deepEqual(dumpOf(folder.write('a.yaml', 'a: 1\nj: 7\n'), [], [folder.path('more.yaml')]), [
      'a = 1',
      'j = 2',
    ]);
  });

  it('reads anchors, aliases, block texts and inline mappings', () => {
    assert.deepEqual(load('a: &x\n  k: v\nb: *x\nc: |\n  one\n  two\nd: {e: 1}\n'), [
      'a = (null)',
      'a.k = v',
      'b = (null)',
      'b.k = v',
      'c = one',
      'two',
      '',
      'd = (null)',
      'd.e = 1',
    ]);
  });

  it('takes an empty file for an empty configuration', () => {
    writeFileSync(folder.path('empty.yaml'), '');
    assert.equal(open(folder.path('empty.yaml')).ok, true);
  });

  const failures: [string, string, RegExp][] = [
    [
      'a missing include',
      'include: nothere.yaml\n',
      /^Failed to open configuration include file .*nothere.yaml: No such file or directory$/,
    ],
    ['a file that includes itself', 'include: a.yaml\n', /includes itself/],
    ['broken YAML, with its line', 'a: 1\n b: 2\n', /at line 3/],
    ['an unclosed list', 'a: [1, 2\nb: 3\n', /at line/],
  ];
  for (const [what, body, expected] of failures) {
    it(`refuses ${what}`, () => {
      const opened = open(folder.write('a.yaml', body));
      assert.equal(opened.ok, false);
      assert.match(opened.messages.at(-1)?.message ?? '', expected);
    });
  }

  it('refuses a file without the YAML 1.1 header, and a file that is not there', () => {
    writeFileSync(folder.path('bare.yaml'), 'a: 1\n');
    assert.match(open(folder.path('bare.yaml')).messages[0]?.message ?? '', /must begin with the following two lines/);
    writeFileSync(folder.path('new.yaml'), '%YAML 1.2\n---\na: 1\n');
    assert.equal(open(folder.path('new.yaml')).ok, false);
    assert.match(open(folder.path('none.yaml')).messages[0]?.message ?? '', /No such file or directory$/);
  });
});
