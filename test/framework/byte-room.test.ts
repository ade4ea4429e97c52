import assert from 'node:assert/strict';
import { ByteRoom, NO_ROOM } from '../../src/framework/byte-room.ts';

const text = (room: ByteRoom, at: number, length: number): string =>
  Buffer.from(room.data.subarray(at, at + length)).toString('latin1');

describe('byte room', () => {
  const roomOf = (size: number): ByteRoom => new ByteRoom(new Uint8Array(64 + size), -1, 64, size);

  it('keeps bytes of other arrays and of its own, short and long', () => {
    const room = roomOf(ByteRoom.least * 2);
    for (const word of ['short', 'x'.repeat(300)]) {
      const at = room.keep(Buffer.from(`<${word}>`), 1, 1 + word.length);
      assert.equal(text(room, at, word.length), word);
      const again = room.keep(room.data, at, at + word.length);
      assert.notEqual(again, at);
      assert.equal(text(room, again, word.length), word);
    }
  });

  it('moves what grows, and stays where there is room', () => {
    const room = roomOf(ByteRoom.least * 2);
    const at = room.keep(Buffer.from('abc'), 0, 3);
    assert.equal(room.grow(at, 3, 3, 200), at);
    const moved = room.grow(at, 3, 3, 1000);
    assert.notEqual(moved, at);
    assert.equal(text(room, moved, 3), 'abc');
    room.release(moved, 1000);
    assert.equal(room.inUse, 0);
  });

  it('says when it is full, and takes back what is released', () => {
    const room = roomOf(ByteRoom.least);
    const blocks: number[] = [];
    for (let at = room.take(1024); at !== NO_ROOM; at = room.take(1024)) blocks.push(at);
    assert.equal(blocks.length, 4);
    assert.equal(room.keep(new Uint8Array(300), 0, 300), NO_ROOM);
    assert.equal(room.grow(blocks[0]!, 10, 1024, 2048), NO_ROOM);
    room.release(blocks.pop()!, 1024);
    assert.notEqual(room.keep(new Uint8Array(300), 0, 300), NO_ROOM);
    room.release(NO_ROOM, 5);
  });

  it('has a scratch place outside its blocks', () => {
    const room = roomOf(ByteRoom.least);
    const scratch = room.scratch(1000);
    assert.ok(scratch >= 64);
    assert.ok(room.take(256) >= scratch + 1000);
    assert.equal(room.scratch(1 << 20), NO_ROOM);
  });
});
