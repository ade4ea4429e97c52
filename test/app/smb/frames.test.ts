// Frames of SMB, through the whole engine, where bytes are missing.
import assert from 'node:assert/strict';
import { HANDSHAKE, acknowledged, request } from '../../engine/sessions.ts';
import { ofType, runEngine } from '../../engine/support.ts';
import { createRequest, smb2, session } from './messages.ts';

interface FrameEvent {
  readonly frame: {
    readonly type: string;
    readonly stream_offset: number;
    readonly length: number;
    readonly complete: boolean;
    readonly payload_printable: string;
  };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const settings = { 'outputs.0.eve-log.types.4': 'frame' };

describe('frames of SMB', () => {
  it('keep what was there before missing bytes, and begin where they do behind them', () => {
    const first = text(createRequest('a'.repeat(100))[1]);
    const second = text(session(smb2(13, Buffer.alloc(4))));
    const all = first.length + second.length;
    const frames = [...HANDSHAKE, request(first.slice(0, 200)), acknowledged(200)];
    frames.push(request(first.slice(300) + second, 300), acknowledged(all));
    const told = (ofType(runEngine({ frames, settings }), 'frame') as unknown as FrameEvent[]).map(
      ({ frame }) => frame,
    );
    const [cut] = told.filter(({ type }) => type === 'smb2.pdu');
    const seen = cut!.payload_printable;
    assert.match(seen, /\[100 bytes missing\]/);
    const [before, behind] = seen.split('[100 bytes missing]');
    assert.deepEqual([before!.length, behind!.length], [196, first.length - 300]);
    assert.deepEqual(
      told.filter(({ type }) => type === 'nbss.pdu').map(({ stream_offset, length }) => [stream_offset, length]),
      [
        [0, first.length],
        [first.length, second.length],
      ],
    );
  });
});
