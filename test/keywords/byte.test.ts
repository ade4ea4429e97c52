import assert from 'node:assert/strict';
import { holds, refused } from './payload-support.ts';

const yes = (options: string, payload: string): void => assert.equal(holds(options, payload), true, options);
const no = (options: string, payload: string): void => assert.equal(holds(options, payload), false, options);

describe('isdataat', () => {
  it('absolute counts from zero, relative counts bytes', () => {
    yes('isdataat:2;', 'abc');
    no('isdataat:3;', 'abc');
    yes('content:"b"; isdataat:1,relative;', 'abc');
    no('content:"b"; isdataat:2,relative;', 'abc');
    yes('content:"c"; isdataat:!1,relative;', 'abc');
    yes('isdataat:!3;', 'abc');
  });
  it('a variable below zero is far away', () => {
    no('byte_math:bytes 1, offset 0, oper -, rvalue 4, result n; isdataat:n;', '\x01xxx');
    yes('byte_math:bytes 1, offset 0, oper -, rvalue 1, result n; isdataat:n;', '\x01xxx');
  });
  it('behind a negated content it asks for the end of the buffer', () => {
    yes('content:!"c"; isdataat:!1,relative;', 'abb');
    no('content:!"c"; isdataat:!1,relative;', 'abc');
  });
  it('refuses unknown variables', () =>
    assert.match(refused('isdataat:n;'), /Unknown byte_extract var seen in isdataat - n/));
});

describe('byte_test', () => {
  it('compares binary numbers of both byte orders', () => {
    yes('byte_test:2,=,0x0102,0;', '\x01\x02');
    yes('byte_test:2,=,0x0201,0,little;', '\x01\x02');
    yes('byte_test:4,>,0x7fffffff,0;', '\xff\xff\xff\xff');
    yes('byte_test:1,!=,5,0;', '\x04');
    no('byte_test:1,!>,3,0;', '\x04');
    yes('byte_test:1,&,6,0;', '\x04');
    no('byte_test:1,&,3,0;', '\x04');
  });
  it('is exact in 64 bits', () => {
    yes('byte_test:8,=,0xfffffffffffffffe,0;', '\xff\xff\xff\xff\xff\xff\xff\xfe');
    no('byte_test:8,=,0xffffffffffffffff,0;', '\xff\xff\xff\xff\xff\xff\xff\xfe');
    yes('byte_test:8,<,18446744073709551615,0;', '\xff\xff\xff\xff\xff\xff\xff\xfe');
  });
  it('reads text', () => {
    yes('content:"len="; byte_test:3,=,100,0,relative,string,dec;', 'len=100');
    yes('byte_test:4,=,255,0,string,hex;', '00ff');
    yes('byte_test:3,=,8,0,string,oct;', '010');
    no('byte_test:3,=,0,0,string,dec;', 'abc');
  });
  it('reads text without a length to the end of its digits', () => {
    yes('byte_test:0,=,70,0,string,dec;', '70');
    yes('byte_test:0,=,70,0,string,dec;', ' +70;');
    yes('byte_test:0,=,70,0,string,dec;', `${'0'.repeat(24)}70`);
    yes('byte_test:0,=,70,0,string;', '0x46');
    yes('content:"n="; byte_test:0,>,999,0,relative,string,dec;', 'n=1000');
    no('byte_test:0,>=,0,0,string,dec;', 'a70');
    no('byte_test:0,>=,0,2,string,dec;', '70');
    no('byte_test:0,>=,0,0,string,dec;', '18446744073709551616');
  });
  it('shifts by the trailing zeros of the bitmask', () => yes('byte_test:2,=,0xab,0,bitmask 0x0ff0;', '\x0a\xb0'));
  it('fails outside the buffer, negated too', () => {
    no('byte_test:2,=,1,0;', 'a');
    no('byte_test:1,!=,1,5;', 'a');
    no('byte_test:1,=,0,-1;', '\0');
  });
  it('compares with a variable', () => yes('byte_extract:1,0,n; byte_test:1,>,n,1;', '\x01\x02'));
  it('refuses what it does not know', () => {
    assert.match(refused('byte_test:1,>,no_var,1;'), /Unknown byte_extract var seen in byte_test - no_var/);
    assert.match(refused('byte_test:9,>,1,1;'), /at most 8/);
    assert.match(refused('byte_test:1,~,1,1;'), /operator/);
    assert.match(refused('byte_test:1,=,1,1,upwards;'), /unknown option/);
  });
});

describe('byte_jump', () => {
  it('moves the cursor from the end of the number', () => {
    yes('byte_jump:1,0; content:"foo"; distance:0; within:3;', '\x02xxfoo');
    no('byte_jump:1,0; content:"foo"; distance:0; within:3;', '\x01xxfoo');
    no('byte_jump:1,0;', '\x06xxfoo');
  });
  it('multiplier, align, post_offset, from_beginning, from_end', () => {
    yes('byte_jump:1,0,multiplier 2; content:"foo"; within:3;', '\x01xxfoo');
    yes('byte_jump:1,0,align; content:"foo"; within:3;', '\x01xxxxfoo');
    yes('byte_jump:1,0,post_offset 1; content:"foo"; within:3;', '\x01xxfoo');
    yes('byte_jump:1,0,from_beginning; content:"foo"; within:3;', '\x03xxfoo');
    yes('byte_jump:1,0,from_end,post_offset -4; content:"foo"; within:3;', '\x01xxfoo');
  });
  it('goes back by numbers below zero', () => {
    yes('byte_jump:2,2,string,dec; content:"b"; within:1;', 'ab-3ccc');
    yes('byte_jump:0,2,string,dec; content:"b"; within:1;', 'ab-3ccc');
    yes('byte_jump:0,4,string,dec,align; content:"a"; distance:0; within:1;', 'xxax-7xx');
    yes('byte_jump:8,2; content:"b"; within:1;', 'ab\xff\xff\xff\xff\xff\xff\xff\xf7c');
    no('byte_jump:4,2;', 'ab\xff\xff\xff\xf7c');
  });
  it('goes to the end at most, and back to the first byte at most', () => {
    yes('byte_jump:1,0;', '\x01x');
    no('byte_jump:1,0;', '\x02x');
    yes('byte_jump:1,0,from_end;', '\x00x');
    yes('byte_jump:1,0,post_offset -9; content:"|00|x"; within:2;', '\x00x');
    yes('byte_jump:1,0; isdataat:!1,relative;', '\x01x');
  });
  it('refuses both ends', () => assert.match(refused('byte_jump:1,0,from_end,from_beginning;'), /from_end/));
});

describe('byte_extract', () => {
  it('gives a limit to contents', () => {
    yes('byte_extract:1,0,n; content:"foo"; offset:n;', '\x03xxfoo');
    no('byte_extract:1,0,n; content:"foo"; offset:n;', '\x04xxfoo');
    yes('byte_extract:1,0,n; content:"x"; content:"foo"; distance:n; within:3;', '\x01xyfoo');
  });
  it('moves the cursor, multiplies and aligns', () => {
    yes('byte_extract:1,0,n; content:"foo"; within:3;', '\x03foo');
    yes('byte_extract:1,0,n,multiplier 2,align 4; byte_test:1,=,n,1;', '\x03\x08');
  });
  it('refuses long numbers', () => assert.match(refused('byte_extract:9,0,n;'), /at most 8/));
});

describe('byte_math', () => {
  const math = (oper: string, rvalue: string): string =>
    `byte_math:bytes 1, offset 0, oper ${oper}, rvalue ${rvalue}, result n; byte_test:1,=,n,1;`;
  it('calculates', () => {
    yes(math('+', '2'), '\x04\x06');
    yes(math('-', '2'), '\x04\x02');
    yes(math('*', '2'), '\x04\x08');
    yes(math('/', '3'), '\x07\x02');
    yes(math('<<', '1'), '\x04\x08');
    yes(math('>>', '1'), '\x04\x02');
  });
  it('a division by zero is no match', () => no(math('/', '0'), '\x04\x04'));
  it('refuses unknown variables and relative without a match', () => {
    assert.equal(refused(math('+', 'no_var')), 'unknown byte_ keyword var seen in byte_math - no_var');
    const relative = 'byte_math:bytes 1, offset 0, oper +, rvalue 1, result n, relative;';
    assert.equal(refused(`tcp.hdr; ${relative}`), 'relative specified without previous pattern match');
  });
});

describe('pcre', () => {
  it('matches, is negated, counts from the cursor', () => {
    yes('pcre:"/f.o/";', 'xfoo');
    no('pcre:!"/f.o/";', 'xfoo');
    yes('content:"id="; pcre:"/^[0-9]{2}/R";', 'id=42');
    no('content:"id="; pcre:"/^[0-9]{2}/R";', '42id=x');
    yes('pcre:"/F.O/i";', 'xfoo');
  });
  it('tries later matches when something relative fails', () => yes('pcre:"/a/"; content:"b"; within:1;', 'a_ab'));
  it('does not look outside the buffer', () => no('pcre:"/abc/";', 'xxx'));
  it('refuses buffers that are not the current one, and bad expressions', () => {
    assert.match(refused('pcre:"/a/UR";'), /needs preceding match/);
    assert.match(refused('byte_test:1,>,0,0; pcre:"/a/R";'), /needs preceding match/);
    assert.match(refused('isdataat:1; pcre:"/a/R";'), /needs preceding match/);
    yes('pcre:"/a/"; pcre:"/^b/R";', 'ab');
    assert.match(refused('tcp.hdr; pcre:"/a/P";'), /use a sticky buffer providing "http request body"/);
    assert.match(refused('pcre:"/a(/";'), /failed at offset/);
    assert.match(refused('pcre:"/a/z";'), /unknown flag/);
  });
});

describe('base64_decode', () => {
  it('gives base64_data its buffer', () => {
    yes('base64_decode; base64_data; content:"hello";', 'aGVsbG8=');
    no('base64_decode; base64_data; content:"hello";', '????');
    yes(
      'content:"x:"; base64_decode:bytes 4, offset 1, relative; base64_data; content:"hel"; endswith;',
      'x: aGVsbG8=',
    );
  });
  it('base64_data needs it', () =>
    assert.match(refused('base64_data; content:"a";'), /without preceding base64_decode/));
});

describe('entropy', () => {
  it('of equal bytes is 0, of two kinds 1', () => {
    no('entropy:value > 0;', 'aaaa');
    yes('entropy:value = 1;', 'abab');
    yes('entropy:bytes 2, offset 2, value < 0.5;', 'abcc');
  });
  it('refuses what is no condition', () => assert.match(refused('entropy:value ~ 9;'), /not a condition/));
});

describe('asn1', () => {
  it('finds long elements', () => {
    yes('asn1:oversize_length 100, absolute_offset 0;', '\x04\x81\x80aaa');
    no('asn1:oversize_length 200, absolute_offset 0;', '\x04\x81\x80aaa');
  });
});
