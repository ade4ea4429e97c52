// Writes the reference in docs/ from what the plug-ins say of themselves. Runs under tsx; see gen.mjs.
import { join } from 'node:path';
import { counterNames } from '../src/base/counters.ts';
import '../src/engine/worker.ts'; // declares every anomaly
import { anomalyCount, anomalyCounter, anomalyKind, anomalyName, isAnomalyRaised } from '../src/framework/anomaly.ts';
import { ALL_KEYWORDS as KEYWORDS } from '../src/engine/keyword-table.ts';
import { LAYERS } from '../src/layers/registry.ts';
import { OUTPUTS } from '../src/output/registry.ts';
import { ROOT, settle } from './generated-file.mjs';

const MANUAL = 'https://docs.suricata.io/en/latest/';

/** What each kind of keyword does, in the order of the page. */
const KINDS = {
  meta: 'About the rule',
  buffer: 'Buffers: what follows is looked for there',
  transform: 'Transforms of the buffer before',
  content: 'Contents',
  modifier: 'Modifiers of the content before',
  match: 'Conditions',
  state: 'States kept between packets',
  post: 'After the match',
};

const byName = (a, b) => (a.name < b.name ? -1 : 1);
const code = (text) => `\`${text}\``;

/** The text of a page: title, how it is made, body. */
function page(title, lead, ...body) {
  return `# ${title}\n\n${lead}\n\nGenerated from the sources (\`npm run gen\`).\n\n${body.join('\n')}`;
}

/** A table; cells keep their bars. */
function table(header, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function keyword({ name, aliases = [], argument, summary, page: at, examples, ...features }) {
  const facts = [
    ...(aliases.length > 0 ? [`also ${aliases.map(code).join(', ')}`] : []),
    { none: 'no argument', optional: 'argument optional', required: 'with an argument' }[argument],
    ...(features.supportsPrefilter ? ['may be a prefilter'] : []),
    ...(features.supportsFastPattern ? ['may hold the fast pattern'] : []),
    `[manual](${MANUAL}${at})`,
  ];
  return `### ${name}\n\n${summary}\n\n${facts.join(' · ')}\n\n\`\`\`\n${examples.join('\n')}\n\`\`\`\n`;
}

function keywords() {
  const sections = Object.entries(KINDS).flatMap(([kind, title]) => {
    const members = KEYWORDS.filter((one) => one.kind === kind).sort(byName);
    return members.length === 0 ? [] : [`## ${title}\n`, ...members.map(keyword)];
  });
  const lead = `The ${KEYWORDS.length} keywords that rules may use. Every example compiles.`;
  return page('Rule keywords', lead, ...sections);
}

function events() {
  const all = Array.from({ length: anomalyCount() }, (_, id) => ({ id, name: anomalyName(id), kind: anomalyKind(id) }));
  const section = (kind, title, keywordName) => {
    const members = all.filter((one) => one.kind === kind && isAnomalyRaised(one.id)).sort(byName);
    if (members.length === 0) return '';
    // statistics do not count those of application layers one by one
    const isCounted = members.some(({ id }) => anomalyCounter(id) >= 0);
    const counter = (id) => (anomalyCounter(id) < 0 ? '' : code(counterNames()[anomalyCounter(id)]));
    const rows = members.map(({ id, name }) => (isCounted ? [code(name), counter(id)] : [code(name)]));
    const head = isCounted ? ['name', 'counter'] : ['name'];
    return `## ${title}\n\nIn rules: \`${keywordName}:NAME\`.\n\n${table(head, rows)}`;
  };
  return page(
    'Anomalies',
    'The irregularities of traffic that have a name: counted, written as EVE `anomaly`, and matched by rules.',
    section('decode', 'Decoding and defragmentation', 'decode-event'),
    section('stream', 'TCP', 'stream-event'),
    section('applayer', 'Application layers', 'app-layer-event'),
    reserved(all.filter(({ id }) => !isAnomalyRaised(id)).sort(byName)),
  );
}

function reserved(members) {
  const lead = 'Suricata has these names and nothing here raises them: rules that use them load, and never match.';
  return `## Names without traffic\n\n${lead}\n\n${members.map(({ name }) => `- ${code(name)}`).join('\n')}\n`;
}

/** What a layer is found by. */
function carriers(layer) {
  const hex = (value) => `0x${value.toString(16).padStart(4, '0')}`;
  const part = (what, numbers = [], show = String) =>
    numbers.length === 0 ? [] : [`${what} ${numbers.map(show).join(', ')}`];
  const found = [
    ...part('link type', layer.linkTypes),
    ...part('Ethernet type', layer.etherTypes, hex),
    ...part('IPv4 protocol', layer.ipv4Protocols),
    ...part('IPv6 protocol', layer.ipv6Protocols),
    ...(layer.udpPorts === 'any' ? ['any UDP port'] : part('UDP port', layer.udpPorts)),
  ];
  return found.length === 0 ? 'the layer around it' : found.join('; ');
}

function layers() {
  const rows = LAYERS.map((one) => [code(one.name), one.summary, carriers(one), `[specification](${one.link})`]);
  const lead = 'What the decoder peels off beside Ethernet, VLAN tags, IPv4, IPv6, TCP, UDP and ICMP.';
  return page('Encapsulations', lead, table(['name', 'what', 'found by', ''], rows));
}

function outputs() {
  const rows = OUTPUTS.map((one) => [code(one.name), one.summary]);
  return page('Outputs', 'The keys below `outputs:` of the configuration.', table(['name', 'what'], rows));
}

const PAGES = { keywords, events, layers, outputs };
for (const [name, text] of Object.entries(PAGES)) settle(join(ROOT, 'docs', `${name}.md`), text());
