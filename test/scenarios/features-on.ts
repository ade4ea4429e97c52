// A program that prints which features of offloading are on at the interface that its argument names.

import { Offloading } from '../../src/capture/offloading.ts';

console.log(Offloading.of(process.argv[2]!).join(' '));
