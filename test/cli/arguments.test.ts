// The command line is read as getopt_long would.
import assert from 'node:assert/strict';
import { lastValue, parseArguments } from '../../src/cli/arguments.ts';
import { suricataHelp } from '../../src/cli/help.ts';
import { missingPart } from '../../src/cli/missing-parts.ts';
import { sourceProblem } from '../../src/cli/source.ts';

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

  it('refuses two sources, unknown checksum modes, missing files and a daemon that reads captures', () => {
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

  it('says of what is not supported why, and what does instead', () => {
    const missing = (...words: string[]): string => missingPart(parseArguments(words)) ?? '';
    for (const [words, told] of [
      ['--af-xdp=eth0', /^AF_XDP \(--af-xdp\) is not supported: .*driver.* Instead: -i IFACE/],
      ['--netmap', /FreeBSD.* Instead: -i IFACE.* copy-mode/],
      ['--dpdk', /takes the card away.* Instead: .*-i IFACE/],
      ['--pfring=eth0', /kernel module.* Instead: -i IFACE.*cluster-id/],
      ['--pfring-int=eth0', /^PF_RING/],
      ['--pfring-cluster-id 1', /^PF_RING/],
      ['--pfring-cluster-type cluster_flow', /^PF_RING/],
      ['--napatech', /library of their vendor.* Instead: .*-i IFACE/],
      ['--dag 0:0', /library of their vendor.* Instead: .*-i IFACE/],
      ['--nflog=2', /not read.* Instead: -q NUMBER/],
      ['-d 8000', /FreeBSD.* Instead: -q NUMBER/],
      ['--capture-plugin x', /made for Suricata itself.* Instead: -i IFACE/],
      ['--capture-plugin-args x', /made for Suricata itself/],
      ['--erf-in x', /pcap and pcapng. Instead: .*editcap -F pcap FILE.erf FILE.pcap.*-r FILE.pcap/],
      ['--firewall -r x', /^firewall mode.* Instead: rules that drop/],
      ['--firewall-rules-exclusive x', /^firewall mode/],
    ] as const)
      assert.match(missing(...words.split(' ')), told, words);
    for (const words of ['-i eth0', '-q 0', '-r x', '--pcap=eth0 --pcap-buffer-size 9'])
      assert.equal(missing(...words.split(' ')), '');
    assert.equal(problemOf('--netmap=eth0', '-r', '/dev/null'), 'more than one run mode has been specified');
    assert.equal(problemOf('--pfring-int=eth0', '--pfring-cluster-id=1'), undefined);
  });
});
