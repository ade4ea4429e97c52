// http-body-data: the bodies of HTTP messages, their chunks joined and their compression undone.
import { defineOutput } from '../framework/output.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { ConfigNode } from '../config/index.ts';
import { ByteLog } from './byte-log.ts';

export default defineOutput({
  name: 'http-body-data',
  summary: 'The bodies of HTTP messages, in one file or in two for each exchange.',
  create(node: ConfigNode, context: OutputContext): Output {
    const bytes = new ByteLog(node, context, { file: 'http-data.log', folder: 'http' });
    return {
      bodyData: (flow, tx, direction, data, start, end, { isFirst }) => {
        bytes.write({ flow, part: String(tx.id), direction, data, start, end, isFirst });
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
