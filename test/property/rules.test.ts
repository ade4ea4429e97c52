// Address and port sets against naive models; rules printed, cut and damaged.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatIpv4, formatIpv6 } from '../../src/base/ip.ts';
import type { RuleAst } from '../../src/rules/ast.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { parseRuleText } from '../../src/rules/rule-file.ts';
import { Variables } from '../../src/rules/variables.ts';

const NONE = new Variables();

// A small world (16 IPv4 and 16 IPv6 addresses, 16 ports) so that random lists meet each other.
interface Item {
  text: string;
  v4: Set<number>;
  v6: Set<number>;
}
type Tree = { not: boolean; item: Item } | { not: boolean; items: Tree[] };

const span = (low: number, high: number): Set<number> =>
  new Set(Array.from({ length: high - low + 1 }, (_, i) => low + i));
const bounds = fc.tuple(fc.nat(15), fc.nat(15)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const item4 = bounds.map(([a, b]): Item => ({
  text: `10.0.0.${String(a)}-10.0.0.${String(b)}`,
  v4: span(a, b),
  v6: new Set(),
}));
const item6 = bounds.map(([a, b]): Item => ({
  text: `fd00::${a.toString(16)}-fd00::${b.toString(16)}`,
  v4: new Set(),
  v6: span(a, b),
}));
const cidr4 = fc.tuple(fc.nat(15), fc.integer({ min: 28, max: 32 })).map(([a, prefix]): Item => {
  const size = 1 << (32 - prefix);
  const low = a - (a % size);
  return { text: `10.0.0.${String(a)}/${String(prefix)}`, v4: span(low, low + size - 1), v6: new Set() };
});

const tree = fc.letrec<{ node: Tree; leaf: Tree; list: Tree }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, tie('leaf'), tie('list')),
  leaf: fc.record({ not: fc.boolean(), item: fc.oneof(item4, item6, cidr4) }),
  list: fc.record({ not: fc.boolean(), items: fc.array(tie('node'), { minLength: 1, maxLength: 4 }) }),
})).node;

function write(node: Tree): string {
  const text = 'item' in node ? node.item.text : `[${node.items.map(write).join(',')}]`;
  return node.not ? `!${text}` : text;
}

// 16 stands for every address outside the small world
type World = { v4: Set<number>; v6: Set<number> };
const ALL = span(0, 16);
const without = (a: Set<number>, b: Set<number>): Set<number> => new Set([...a].filter((x) => !b.has(x)));

/** The set, or undefined where it is an error. */
function model(node: Tree): World | undefined {
  const wanted: World = { v4: new Set(), v6: new Set() };
  const unwanted: World = { v4: new Set(), v6: new Set() };
  const add = (to: World, from: World): void => {
    for (const x of from.v4) to.v4.add(x);
    for (const x of from.v6) to.v6.add(x);
  };
  const visit = (n: Tree): boolean => {
    if ('item' in n) add(n.not ? unwanted : wanted, n.item);
    else if (n.not) {
      const inner = model({ ...n, not: false });
      if (inner === undefined) return false;
      add(unwanted, inner);
    } else return n.items.every(visit);
    return true;
  };
  if (!visit(node)) return undefined;
  const of = (family: 'v4' | 'v6'): Set<number> =>
    without(wanted[family].size === 0 && unwanted[family].size > 0 ? ALL : wanted[family], unwanted[family]);
  const result = { v4: of('v4'), v6: of('v6') };
  const isAllNegated = unwanted.v4.size === 17 || unwanted.v6.size === 17;
  return isAllNegated || result.v4.size + result.v6.size === 0 ? undefined : result;
}

describe('address sets', () => {
  it('hold what a naive model holds', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const expected = model(node);
        const found = NONE.addresses(write(node));
        assert.equal(found.ok, expected !== undefined);
        if (!found.ok || expected === undefined) return;
        for (let i = 0; i < 16; i++) {
          assert.equal(found.value.contains4((0x0a000000 + i) | 0), expected.v4.has(i));
          assert.equal(found.value.contains6(0xfd000000 | 0, 0, 0, i), expected.v6.has(i));
        }
        for (const far of [0, 0x09ffffff, 0x0a000010, 0xffffffff])
          assert.equal(found.value.contains4(far), expected.v4.has(16));
        assert.equal(found.value.contains6(0xfd000000, 0, 0, 16), expected.v6.has(16));
        assert.equal(found.value.contains6(-1, -1, -1, -1), expected.v6.has(16));
      }),
      { numRuns: 500 },
    );
  });
  it('read back what they print', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 0xffffffff })), { minLength: 1 }),
        (words) => {
          const text = words.map(([six, w]) => (six ? formatIpv6(w, 0, w, 0) : formatIpv4(w))).join(',');
          const set = NONE.addresses(text);
          assert.ok(set.ok);
          const again = NONE.addresses(set.value.toString());
          assert.ok(again.ok && again.value === set.value);
        },
      ),
    );
  });
});

interface PortItem {
  not: boolean;
  low: number;
  high: number;
}
type PortTree = PortItem | { not: boolean; items: PortTree[] };

const portTree = fc.letrec<{ node: PortTree; leaf: PortTree; list: PortTree }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, tie('leaf'), tie('list')),
  leaf: fc
    .tuple(
      fc.boolean(),
      fc.constantFrom(0, 1, 2, 80, 81, 1023, 65534, 65535),
      fc.constantFrom(0, 1, 2, 80, 81, 1023, 65534, 65535),
    )
    .map(([not, a, b]): PortTree => ({ not, low: Math.min(a, b), high: Math.max(a, b) })),
  list: fc.record({ not: fc.boolean(), items: fc.array(tie('node'), { minLength: 1, maxLength: 4 }) }),
})).node;

function writePorts(node: PortTree): string {
  const text =
    'items' in node
      ? `[${node.items.map(writePorts).join(',')}]`
      : node.low === node.high
        ? String(node.low)
        : `${String(node.low)}:${String(node.high)}`;
  return node.not ? `!${text}` : text;
}

function portModel(node: PortTree): Uint8Array | undefined {
  const wanted = new Uint8Array(65536);
  const unwanted = new Uint8Array(65536);
  const visit = (n: PortTree, not: boolean): void => {
    if ('items' in n)
      n.items.forEach((i) => {
        visit(i, not !== n.not);
      });
    else (n.not === not ? wanted : unwanted).fill(1, n.low, n.high + 1);
  };
  visit(node, false);
  if (!wanted.includes(1)) wanted.fill(1);
  if (!unwanted.includes(0)) return undefined;
  const left = wanted.map((w, i) => w & ~unwanted[i]!);
  return left.includes(1) ? left : undefined;
}

describe('port sets', () => {
  it('hold what a bitmap holds', () => {
    fc.assert(
      fc.property(portTree, (node) => {
        const expected = portModel(node);
        const found = NONE.ports(writePorts(node));
        assert.equal(found.ok, expected !== undefined);
        if (!found.ok) return;
        for (let port = 0; port < 65536; port += port < 1100 || port > 65400 ? 1 : 997) {
          if (found.value.contains(port) !== (expected![port] === 1))
            assert.fail(`${writePorts(node)}: ${String(port)}`);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9_.]{0,8}$/);
const optionValue = fc
  .string({
    unit: fc.constantFrom('a', ' ', '"', '\\;', '\\\\', '(', ')', ',', ':', '|', '[', 'é', '#'),
    maxLength: 12,
  })
  // a backslash right before the semicolon would protect it
  .map((s) => (s.trim().endsWith('\\') ? `${s.trim()} ` : s.trim()));
const option = fc
  .tuple(name, fc.option(optionValue))
  .map(([key, value]) => (value === null ? `${key};` : `${key}:${value};`));
const endpoint = fc.constantFrom(
  'any',
  '$HOME_NET',
  '!1.2.3.4',
  '[1.2.3.4, !10.0.0.0/8]',
  '![a,[b, ![c]],d]',
  '1:2',
  '2001:db8::/32',
);
const header = fc
  .tuple(
    fc.constantFrom('alert', 'drop:flow', 'accept:hook,alert', 'pass'),
    fc.constantFrom(
      'tcp',
      'tls:client_hello_done',
      'tls:<client_hello_done',
      'http2:stream:request_started',
      'http2:stream:<request_started',
      'tcp-pkt',
    ),
    endpoint,
    endpoint,
    fc.constantFrom('->', '<>', '=>'),
    endpoint,
    endpoint,
  )
  .map((words) => words.join(' '));
const rule = fc
  .tuple(header, fc.array(option, { maxLength: 8 }))
  .map(([head, options]) => `${head} (${options.join(' ')})`);

// equal but for places
function plain(ast: RuleAst): unknown {
  const noPlace = (key: string, value: unknown): unknown => (/span$|^(at|valueAt|raw)$/i.test(key) ? undefined : value);
  return JSON.parse(JSON.stringify(ast, noPlace));
}

describe('rules', () => {
  it('printed and parsed again are the same', () => {
    fc.assert(
      fc.property(rule, (text) => {
        const first = parseRuleText(text, 'x');
        assert.deepEqual(first.diagnostics, []);
        const again = parseRuleText(printRule(first.rules[0]!), 'x');
        assert.deepEqual(plain(again.rules[0]!), plain(first.rules[0]!));
      }),
    );
  });
  it('have places that lead to their texts, over continuation lines too', () => {
    fc.assert(
      fc.property(rule, fc.constantFrom(' ', ' \\\n', ' \\\r\n  '), (text, gap) => {
        const file = `# first\n${text.replaceAll('; ', `;${gap}`)}\n`;
        for (const o of parseRuleText(file, 'x').rules.flatMap((r) => r.options)) {
          assert.equal(file.slice(o.keySpan.offset, o.keySpan.offset + o.key.length), o.key);
          const { line, column, offset } = o.valueSpan;
          assert.equal(
            file
              .split('\n')
              .slice(0, line - 1)
              .join('\n').length +
              (line > 1 ? 1 : 0) +
              column -
              1,
            offset,
          );
          if (o.value !== undefined && !o.value.includes(';'))
            assert.equal(file.slice(offset, offset + o.value.length), o.value);
        }
      }),
    );
  });
  it('cut anywhere give a rule or a diagnostic, and leave the next rule alone', () => {
    fc.assert(
      fc.property(rule, (text) => {
        for (let cut = 1; cut < text.length; cut++) {
          const found = parseRuleText(`${text.slice(0, cut)}\nalert ip any any -> any any (sid:1;)`, 'x');
          if (text.slice(0, cut).trimEnd().endsWith('\\')) continue; // joins the next line
          assert.equal(found.rules.length + found.badCount, 2);
          assert.equal(found.rules.at(-1)!.options[0]!.key, 'sid');
          if (found.badCount > 0) assert.ok(found.diagnostics.length > 0);
        }
      }),
      { numRuns: 30 },
    );
  });
  it('of any characters never throw', () => {
    const junk = fc.string({
      unit: fc.constantFrom(
        'alert ',
        'tcp ',
        'any ',
        '-> ',
        '(',
        ')',
        ';',
        ':',
        '[',
        ']',
        '!',
        ',',
        '"',
        '\\',
        '\n',
        '\r',
        ' ',
        '#',
        '$X ',
        '\u0000',
        '\udc80',
      ),
      maxLength: 40,
    });
    fc.assert(
      fc.property(junk, (text) => {
        const found = parseRuleText(text, 'x');
        assert.ok(found.diagnostics.filter((d) => d.severity === 'error').length === found.badCount);
        NONE.addresses(text);
        NONE.ports(text);
      }),
      { numRuns: 500 },
    );
  });
});
