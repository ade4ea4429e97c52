// Help texts of the command line.
import { optionsText } from './options.ts';

export function suricataHelp(): string {
  return `Tayra, with Suricata's command line

usage: tayra [OPTIONS] [PACKET FILTER]   as Suricata
       tayra replay FILE|DIR...          read captures and show what they hold (tayra replay --help)
       tayra run -i IFACE                watch an interface, or a mirror of the cloud (tayra run --help)
       tayra ctl COMMAND                 ask or tell a running engine (tayra ctl --help)
       tayra drops                       where a running engine loses packets, and what helps

${optionsText()}
exit status: 0 done, 1 wrong usage, bad configuration, rules that -T or --init-errors-fatal do not accept,
             or a capture that could not be read
`;
}

export const REPLAY_HELP = `usage: tayra replay FILE|DIR... [-r RULES...] [--out DIR] [--json|--table]

Reads captures (pcap or pcapng, also gzip; folders with all in them) and shows what they hold.

  -r, --rules PATH... rule files, or folders of *.rules; may be repeated; without it the rules of the configuration
  -c, --config FILE   configuration (suricata.yaml)
      --set KEY=VALUE set a configuration value
      --out DIR       folder for eve.json and fast.log (made when missing; default: ./tayra-out)
      --json          the summary as one JSON object
      --table         the summary as tables (default)
      --no-progress   no progress bar (it is shown on a terminal only)
  -h, --help          this text

exit status: 0 done
             1 a capture or a rule could not be read; what could be read is in the summary
             2 wrong usage
`;
