// `tayra.metrics:` of the configuration: whether and where a live run gives its metrics to Prometheus.

import type { ConfigNode } from '../../config/index.ts';
import type { MetricsAddress } from '../metrics/server.ts';

/** Of this machine alone. */
const LISTEN = '127.0.0.1:9917';
const FORM = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/;

/** Undefined where none are wanted. */
export function metricsAddress(config: ConfigNode): MetricsAddress | undefined {
  if (!config.bool('tayra.metrics.enabled', false)) return undefined;
  const text = config.string('tayra.metrics.listen', LISTEN);
  const address = read(text);
  if (address !== undefined) return address;
  config.report(
    'config/bad-value',
    `tayra.metrics.listen: "${text}" is not ADDR:PORT; taking ${LISTEN}`,
    'tayra.metrics.listen',
  );
  return read(LISTEN);
}

function read(text: string): MetricsAddress | undefined {
  const [, v6, v4, digits] = FORM.exec(text) ?? [];
  const port = Number(digits);
  return digits === undefined || port > 0xffff ? undefined : { host: v6 ?? v4!, port };
}
