// Frames of SSH, through the whole engine, where bytes are missing and the parser cannot go on.
import assert from 'node:assert/strict';
import { HANDSHAKE, acknowledged, request, response } from '../../engine/sessions.ts';
import { ofType, runEngine } from '../../engine/support.ts';

describe('frames of SSH', () => {
  it('are over, and cut, where the parser gives up', () => {
    const banner = 'SSH-2.0-x\r\n';
    const record = `\0\0\0\x64\x04\x14${'k'.repeat(30)}`;
    const sent = banner.length + record.length;
    const frames = [...HANDSHAKE, request(banner + record), response(banner, 0, sent), acknowledged(sent)];
    frames.push(request('behind', sent + 40), acknowledged(sent + 46));
    const settings = { 'outputs.0.eve-log.types.4': 'frame' };
    const told = (ofType(runEngine({ frames, settings }), 'frame') as unknown as { readonly frame: object }[]).map(
      ({ frame }) => frame as { readonly type: string; readonly complete: boolean; readonly payload_printable: string },
    );
    assert.deepEqual(
      told.map(({ type, complete }) => [type, complete]),
      [
        ['record.hdr', true],
        ['stream', false],
        ['record.data', false],
        ['record.pdu', false],
      ],
    );
    assert.equal(told[2]!.payload_printable, `${'k'.repeat(30)}[40 bytes missing]`);
  });
});
