// What the commands of the socket take, for clients that let people type them.

export interface CommandArgument {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'flag';
  readonly isOptional?: boolean;
}

export interface CommandUsage {
  readonly arguments: readonly CommandArgument[];
  readonly summary: string;
}

const text = (name: string): CommandArgument => ({ name, type: 'text' });
const integer = (name: string): CommandArgument => ({ name, type: 'integer' });
const optional = (argument: CommandArgument): CommandArgument => ({ ...argument, isOptional: true });
const SET = [text('setname'), text('settype')];
const HOST = [text('ipaddress'), text('hostbit')];
const CAPTURE = [
  text('filename'),
  text('output-dir'),
  optional(integer('tenant')),
  optional({ name: 'continuous', type: 'flag' }),
  optional({ name: 'delete-when-done', type: 'flag' }),
];

/** In the order in which help shows them. */
export const COMMAND_USAGE: ReadonlyMap<string, CommandUsage> = new Map(
  (
    [
      ['command-list', [], 'the commands that are taken'],
      ['version', [], 'version that rules and clients are told'],
      ['uptime', [], 'seconds since the start'],
      ['running-mode', [], 'how the work is shared out'],
      ['capture-mode', [], 'where packets come from'],
      ['conf-get', [text('variable')], 'a value of the configuration'],
      ['dump-counters', [], 'all counters'],
      ['iface-list', [], 'the interfaces or queues'],
      ['iface-stat', [text('iface')], 'packets and drops of one of them'],
      ['get-flow-stats-by-id', [integer('flow_id')], 'packets and bytes of an open flow'],
      ['reload-rules', [], 'load the rules anew, and wait for it'],
      ['ruleset-reload-nonblocking', [], 'load the rules anew'],
      ['ruleset-reload-time', [], 'when they were loaded last'],
      ['ruleset-stats', [], 'how many loaded, failed, were skipped'],
      ['ruleset-failed-rules', [], 'the rules that failed, and why'],
      ['reopen-log-files', [], 'begin new logs'],
      ['memcap-list', [], 'memory that parts may use'],
      ['memcap-show', [text('config')], '... one part'],
      ['memcap-set', [text('config'), text('memcap')], '... change it'],
      ['dataset-add', [...SET, text('datavalue')], 'add an entry to a data set'],
      ['dataset-add-json', [...SET, text('datavalue'), text('datajson')], '... with what alerts show of it'],
      ['dataset-remove', [...SET, text('datavalue')], 'take one out'],
      ['dataset-lookup', [...SET, text('datavalue')], 'ask for one'],
      ['dataset-clear', SET, 'empty a data set'],
      ['dataset-dump', [], 'write the sets that have a file'],
      ['add-hostbit', [...HOST, integer('expire')], 'mark a host, for so many seconds'],
      ['remove-hostbit', HOST, 'end a mark'],
      ['list-hostbit', [text('ipaddress')], 'marks of a host'],
      ['pcap-file', CAPTURE, 'read a capture (--unix-socket)'],
      ['pcap-file-continuous', CAPTURE, '... and those that come into the folder'],
      ['pcap-file-number', [], 'captures that wait'],
      ['pcap-file-list', [], '... which'],
      ['pcap-current', [], 'the one under way'],
      ['pcap-last-processed', [], 'time of the one that was read last'],
      ['pcap-interrupt', [], 'give up the one under way'],
      ['shutdown', [], 'end the run, with everything written'],
    ] as const
  ).map(([name, args, summary]) => [name, { arguments: args, summary }]),
);
