// tcp-data: the bytes of TCP streams, in order and without what was sent twice.
import { defineOutput } from '../framework/output.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { ConfigNode } from '../config/index.ts';
import { ByteLog } from './byte-log.ts';

export default defineOutput({
  name: 'tcp-data',
  summary: 'The bytes of TCP streams, in one file or in two for each session.',
  create(node: ConfigNode, context: OutputContext): Output {
    const bytes = new ByteLog(node, context, { file: 'tcp-data.log', folder: 'tcp' });
    return {
      streamData: (flow, direction, data, start, end, { isFirst }) => {
        bytes.write({ flow, part: '', direction, data, start, end, isFirst });
      },
      flush: () => {
        bytes.flush();
      },
      reopen: () => {
        bytes.reopen();
      },
      close: () => {
        bytes.close();
      },
    };
  },
});
