// The command line is read as getopt_long would.
import assert from 'node:assert/strict';
import { lastValue, parseArguments } from '../../src/cli/arguments.ts';
import { suricataHelp } from '../../src/cli/help.ts';
import { missingPart, sourceProblem } from '../../src/cli/source.ts';

describe('arguments', () => {
  it('takes values joined, apart, and after an equals sign', () => {
    const args = parseArguments(['-ra.pcap', '-l', 'out', '--set', 'a=b', '--set=c=d=e', '--runmode=single']);
    assert.equal(args.problem, undefined);
    assert.equal(lastValue(args, 'read'), 'a.pcap');
    assert.equal(lastValue(args, 'logDirectory'), 'out');
    assert.deepEqual(args.values.get('set'), ['a=b', 'c=d=e']);
    assert.equal(lastValue(args, 'runmode'), 'single');
  });

  it('notices options of rule files behind another one', () => {
    const further = (...words: string[]): string | undefined => parseArguments(words).furtherRules;
    assert.deepEqual(
      [further('-S', 'a', '-l', 'b'), further('-S', 'a', '-Sb', '-s', 'c'), further('-s', 'a', '-s', 'b')],
      [undefined, '-S', '-s'],
    );
    assert.deepEqual([further('-S', 'a', '-s', 'b'), further('-s', 'a', '-S', 'b')], ['-s', '-S']);
  });

  it('counts bundled flags and lets a value end the bundle', () => {
    const args = parseArguments(['-vvT', '-vkall']);
    assert.equal(args.flags.get('verbose'), 3);
    assert.equal(args.flags.get('test'), 1);
    assert.equal(lastValue(args, 'checksums'), 'all');
  });

  it('keeps other words, in order, for the packet filter', () => {
    assert.deepEqual(parseArguments(['tcp', '-r', 'x', 'port', '80']).rest, ['tcp', 'port', '80']);
    assert.deepEqual(parseArguments(['-r', 'x', '--', '-v', 'port']).rest, ['-v', 'port']);
  });

  it('takes long names cut short while they stay unambiguous', () => {
    assert.equal(parseArguments(['--dump-c']).flags.get('dumpConfig'), 1);
    assert.match(parseArguments(['--dump']).problem ?? '', /ambiguous/);
  });

  it('knows an optional value only when joined', () => {
    const args = parseArguments(['--list-keywords', '--pcap=eth0']);
    assert.equal(lastValue(args, 'listKeywords'), '');
    assert.equal(lastValue(args, 'pcap'), 'eth0');
  });

  for (const [words, problem] of [
    [['--nonsense'], "unrecognized option '--nonsense'"],
    [['-r'], "option requires an argument -- 'r'"],
    [['--pidfile'], "option '--pidfile' requires an argument"],
    [['-Z'], "invalid option -- 'Z'"],
    [['--dump-config=x'], "option '--dump-config' doesn't allow an argument"],
  ] as const)
    it(`says what is wrong with ${words.join(' ')}`, () => {
      assert.equal(parseArguments(words).problem, problem);
    });

  it('shows every option that has a summary', () => {
    for (const word of ['--pcap-file-recursive', '--strict-rule-keywords[=all|LIST]', '-k all|none|auto'])
      assert.ok(suricataHelp().includes(word), word);
  });
});

describe('choice of a source', () => {
  const problemOf = (...words: string[]): string | undefined => sourceProblem(parseArguments(words))?.message;

  it('refuses two sources, unknown checksum modes, missing files and a daemon', () => {
    assert.equal(problemOf('-i', 'lo', '-r', '/dev/null'), 'more than one run mode has been specified');
    assert.equal(problemOf('-k', 'foo'), "option 'foo' invalid for -k");
    assert.equal(problemOf('-r', '/nonexistent'), "pcap file '/nonexistent': No such file or directory");
    assert.match(problemOf('-D', '-r', '/dev/null') ?? '', /cannot run as daemon/);
    assert.equal(problemOf('-r', '/dev/null', '-k', 'none'), undefined);
    assert.equal(problemOf('-q', '0', '-i', 'lo'), 'more than one run mode has been specified');
    assert.match(problemOf('-q', 'abc') ?? '', /^specified queue\(s\) argument 'abc' is not valid/);
    assert.equal(problemOf('-q', '3:1'), "start queue's number 3 is greater than ending number 1");
    assert.equal(problemOf('-q', '0:3', '-q', '7'), undefined);
  });

  it('names the parts that are not there yet', () => {
    assert.equal(missingPart(parseArguments(['-i', 'eth0'])), undefined);
    assert.match(
      missingPart(parseArguments(['--netmap=eth0'])) ?? '',
      /^live capture \(--netmap\) is not supported yet/,
    );
    assert.equal(missingPart(parseArguments(['-q', '0'])), undefined);
    assert.match(missingPart(parseArguments(['--firewall', '-r', 'x'])) ?? '', /firewall mode/);
    assert.equal(missingPart(parseArguments(['-r', 'x'])), undefined);
  });
});
