// The TCP engine's public face.

export type { HostPolicy, StreamPolicy, StreamPolicyKind } from './context.ts';
export { defaultStreamOptions, OS_POLICIES, osPolicyId, URGENT_LIMIT_POLICIES, URGENT_POLICIES } from './options.ts';
export type { OsPolicy, StreamOptions, UrgentPolicy } from './options.ts';
export { TcpEngine } from './tcp-engine.ts';
export type { TcpEngineParts } from './tcp-engine.ts';
