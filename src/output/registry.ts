// Every output the configuration may name; generated from this folder (npm run gen).

import alertDebugOutput from './alert-debug.ts';
import eveOutput from './eve/index.ts';
import fastOutput from './fast.ts';
import fileStoreOutput from './file-store.ts';
import httpBodyDataOutput from './http-body-data.ts';
import pcapLogOutput from './pcap-log.ts';
import statsOutput from './stats.ts';
import syslogOutput from './syslog.ts';
import tcpDataOutput from './tcp-data.ts';
import tlsStoreOutput from './tls-store.ts';

import type { OutputDefinition } from '../framework/output.ts';

/** Outputs in the order of their files. */
export const OUTPUTS: readonly OutputDefinition[] = [
  alertDebugOutput,
  eveOutput,
  fastOutput,
  fileStoreOutput,
  httpBodyDataOutput,
  pcapLogOutput,
  statsOutput,
  syslogOutput,
  tcpDataOutput,
  tlsStoreOutput,
];
