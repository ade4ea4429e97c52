// What the outputs of a worker want to be told, of streams, bodies and transactions.

import type { AppLayer } from '../applayer/app-layer.ts';
import type { ProtocolDefinition } from '../framework/app-protocol.ts';
import type { Output } from '../framework/output.ts';
import type { TcpEngine } from '../stream/index.ts';

/** Outputs that write down streams or bodies are told of them. */
export function tellBytes(outputs: readonly Output[], stream: TcpEngine, app: AppLayer): void {
  const streams = outputs.filter((output) => output.streamData !== undefined);
  if (streams.length > 0)
    stream.listen((...bytes) => {
      for (const output of streams) output.streamData!(...bytes);
    });
  const bodies = outputs.filter((output) => output.bodyData !== undefined);
  if (bodies.length > 0)
    app.requests.onBody = (...bytes) => {
      for (const output of bodies) output.bodyData!(...bytes);
    };
}

/** Whether outputs make something of what a protocol's parser finds. */
export function isTold(outputs: readonly Output[], { name, handsOverTo = name }: ProtocolDefinition): boolean {
  return outputs.some(
    (output) =>
      output.txAnomalies !== undefined ||
      output.settleFile !== undefined ||
      output.file !== undefined ||
      output.frame !== undefined ||
      (output.bodyData !== undefined && name === 'http') ||
      (output.transaction !== undefined &&
        [name, handsOverTo].some((protocol) => output.transactionsOf?.has(protocol) !== false)),
  );
}
