// tayra run: live capture by name; the same run as Suricata's command line begins, with words that say what they mean.

import { mkdirSync } from 'node:fs';
import { runSuricata } from './suricata.ts';

const WRONG_USAGE = 2;

export const RUN_HELP = `usage: tayra run -i IFACE... [OPTIONS] [PACKET FILTER]
       tayra run --listen vxlan://ADDR:PORT [OPTIONS] [PACKET FILTER]

Watches traffic as it comes, until SIGINT or SIGTERM: alerts, records of protocols and flows go to the logs.

  -i IFACE            capture from this interface; may be repeated; 'default' stands for those of the configuration
      --listen URL    take in a mirror of the cloud: vxlan://ADDR:PORT or geneve://ADDR:PORT, an ordinary UDP socket
                      that needs no privileges; may be repeated
  -r, --rules PATH... rule files, or folders of *.rules; without it the rules of the configuration
  -c, --config FILE   configuration (suricata.yaml)
      --set KEY=VALUE set a configuration value
      --out DIR       folder of the logs (made when missing; default: default-log-dir of the configuration)
      --user USER     give up privileges for those of this user, once everything is open
      --group GROUP   ... and of this group
      --pidfile FILE  write the process number to this file
  -v                  say more
  -h, --help          this text

SIGHUP begins new logs, SIGUSR2 loads the rules anew; tayra ctl asks a running engine, tayra drops shows what it loses.
exit status: 0 ended as asked, 1 it could not begin, 2 wrong usage
`;

/** Words that Suricata's command line has too, with a value. */
const SAME: readonly string[] = ['-c', '--set', '--user', '--group', '--pidfile', '-k', '--include', '--listen'];

/** @returns the exit status */
export async function runRun(words: readonly string[], entry: URL): Promise<number> {
  if (words.includes('-h') || words.includes('--help')) {
    process.stdout.write(RUN_HELP);
    return 0;
  }
  const translated = translate(words);
  if (typeof translated === 'string') {
    process.stderr.write(`tayra run: ${translated}\n`);
    return WRONG_USAGE;
  }
  const at = translated.indexOf('-l');
  if (at >= 0) mkdirSync(translated[at + 1]!, { recursive: true });
  return runSuricata(translated, entry, { ruleFiles: 'several' });
}

/** In the words of Suricata; a text that is no list says what is wrong. */
export function translate(words: readonly string[]): string[] | string {
  const result: string[] = [];
  const rest: string[] = [];
  let hasSource = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = words[i + 1];
    const isFlag = word === '-v' || word === '-vv' || word === '-vvv';
    if (word.startsWith('-') && !isFlag && value === undefined) return `${word} needs a value`;
    if (isFlag) result.push(word);
    else if (word === '-i') {
      result.push(...(value === 'default' ? ['--af-packet'] : ['-i', value!]));
      hasSource = true;
      i++;
    } else if (word === '-r' || word === '--rules') {
      result.push('-S', value!);
      i++;
    } else if (word === '--out') {
      result.push('-l', value!);
      i++;
    } else if (word === '--config') {
      result.push('-c', value!);
      i++;
    } else if (SAME.includes(word)) {
      if (word === '--listen') hasSource = true;
      result.push(word, value!);
      i++;
    } else if (word.startsWith('-')) return `unknown option ${word}`;
    else if (word.endsWith('.rules'))
      result.push('-S', word); // a shell puts a pattern's files behind `-r`
    else rest.push(word);
  }
  if (!hasSource) return 'no source given: -i IFACE or --listen vxlan://ADDR:PORT';
  return [...result, ...rest];
}
