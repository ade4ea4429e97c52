// What the rest of the program uses of the configuration.
export { configProblem, findDeprecated, findWithoutEffect } from './checks.ts';
export { configureLogging } from './logging.ts';
export type { LoggingOptions } from './logging.ts';
export type { ConfigMessage, ConfigTexts } from './loader.ts';
export { ConfigNode } from './node.ts';
export { DEFAULT_CONFIG_PATHS, logConfigMessages, logDiagnostics, openConfig } from './open.ts';
export type { ConfigSources, OpenedConfig } from './open.ts';
export { dumpConfig, parseSetting, setFinal } from './tree.ts';
export { findUnknownKeys } from './unknown-keys.ts';
export { parseBool, parseInteger, parseSize, parseTime } from './values.ts';
