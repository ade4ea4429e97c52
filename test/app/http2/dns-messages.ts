// A DNS message and its answer in the bodies of HTTP/2.

import { RESPONSE, REQUEST, message, nameBytes, record } from '../dns/messages.ts';
import { END_STREAM, GET, OK, PREFACE, data, headers } from './messages.ts';
import type { Turn } from './messages.ts';

export const TYPE = ['content-type', 'application/dns-message'] as const;
const question = [[nameBytes('www.example.com'), 1]] as const;
export const QUERY = message({ flags: REQUEST, questions: question });
const ANSWER = message({
  flags: RESPONSE,
  questions: question,
  answers: [record(1, Buffer.of(192, 0, 2, 1))],
});
export const POST = [[':method', 'POST'], ...GET.slice(1), TYPE] as const;

/** In two frames. */
export const ASKED: Turn = [0, Buffer.concat([PREFACE, headers(1, POST), data(1, QUERY.subarray(0, 9)), data(1, QUERY.subarray(9), END_STREAM)])]; // prettier-ignore
export const ANSWERED: Turn = [1, Buffer.concat([headers(1, [...OK.slice(0, 1), TYPE]), data(1, ANSWER, END_STREAM)])];

export const CONVERSATION: readonly Turn[] = [ASKED, ANSWERED];
