// `frame`: sticky buffer over a frame of an application protocol.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import type { BufferDefinition } from '../framework/buffer.ts';
import { STREAM_FRAME, frameDemand } from '../framework/frame.ts';

export default defineKeyword({
  name: 'frame',
  argument: 'required',
  kind: 'buffer',
  supportsFastPattern: true,
  summary: 'Bytes that the parser of a protocol marked: a record, a line, a header.',
  page: 'rules/intro.html#app-layer-frames',
  examples: [
    'alert smtp any any -> any any (msg:"m"; frame:smtp.command_line; content:"MAIL FROM:"; startswith; sid:1;)',
    'alert smtp any any -> any any (msg:"m"; frame:response_line; content:"554 "; startswith; sid:1;)',
  ],
  compile(builder, option) {
    const text = (option.value ?? '').trim();
    const { protocol, type } = split(text, builder.ast.protocol.text.toLowerCase(), builder.setup);
    builder.setup.demands.add(frameDemand(protocol, type));
    const known = builder.setup.shared('frames', () => new Map<string, BufferDefinition>());
    const name = `${protocol}.${type}`;
    const buffer = known.get(name) ?? bufferOf(name, protocol, type);
    known.set(name, buffer);
    builder.setBuffer(buffer);
  },
});

/** `smtp.data`, or `data` alone where the rule's header names the protocol. */
function split(text: string, header: string, setup: RulesetSetup): { protocol: string; type: string } {
  const dot = text.indexOf('.');
  const first = dot < 0 ? undefined : own(text.slice(0, dot), setup);
  const protocol = first ?? own(header, setup);
  if (protocol === undefined) throw new RuleError(`unknown protocol in frame '${text}'`, 'write protocol.type');
  const type = first === undefined ? text : text.slice(dot + 1);
  const frames = setup.protocol(protocol)?.frames;
  if (frames === undefined || (type !== STREAM_FRAME && !frames.includes(type)))
    throw new RuleError(`unknown frame '${type}' for protocol '${protocol}'`);
  return { protocol, type };
}

/** The own name of the protocol that a word of rules names. */
function own(word: string, setup: RulesetSetup): string | undefined {
  return setup.protocol(word)?.name;
}

function bufferOf(name: string, protocol: string, type: string): BufferDefinition {
  return {
    name,
    description: `frame ${name}`,
    source: 'frame',
    isMulti: true,
    frame: { protocol, type },
    get: () => false,
  };
}
