// Settings of HTTP for some servers alone.
import assert from 'node:assert/strict';
import { session } from './sessions.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const HTTP = 'app-layer.protocols.http.libhtp';
const rules = [
  'alert http any any -> any any (msg:"m"; http.uri; content:"/a|5c|b"; sid:1;)',
  'alert http any any -> any any (msg:"m"; http.uri; content:"/a/b"; sid:2;)',
  'alert http any any -> any any (msg:"m"; app-layer-event:http.request_too_many_headers; sid:3;)',
];
const frames = session(
  { client: 'GET /a\\b HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n' },
  { server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
);

/** The server is 10.0.0.2. */
const sids = (settings: Readonly<Record<string, string>>): number[] => [
  ...new Set(sidsOf(ofType(runEngine({ rules, frames, settings }), 'alert')).sort()),
];

describe('personalities of HTTP', () => {
  it('are those of all servers, Minimal without one', () => {
    assert.deepEqual(sids({}), [1]);
    assert.deepEqual(sids({ [`${HTTP}.default-config.personality`]: 'IDS' }), [2]);
  });

  it('are those of the narrowest network that names the server, of which nothing else holds', () => {
    const all = {
      [`${HTTP}.default-config.personality`]: 'IDS',
      [`${HTTP}.default-config.headers-limit`]: '2',
    };
    assert.deepEqual(sids(all), [2, 3]);
    const server = (i: number, name: string, settings: Readonly<Record<string, string>>): Record<string, string> => {
      const at = `${HTTP}.server-config.${String(i)}`;
      const own = Object.entries(settings).map(([key, value]) => [`${at}.${name}.${key}`, value]);
      return { [at]: name, ...(Object.fromEntries(own) as Record<string, string>) };
    };
    const wide = { ...all, ...server(0, 'wide', { 'address.0': '10.0.0.0/8' }) };
    assert.deepEqual(sids(wide), [1]);
    const addresses = { 'address.0': '::1', 'address.1': '10.0.0.2' };
    assert.deepEqual(sids({ ...wide, ...server(1, 'narrow', { ...addresses, personality: 'Generic' }) }), [2]);
    const other = { ...all, ...server(0, 'other', { 'address.0': '10.0.0.1' }) };
    assert.deepEqual(sids(other), [2, 3]);
  });
});
