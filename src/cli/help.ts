// Help texts of the command line.
import { optionsText } from './options.ts';

export function suricataHelp(): string {
  return `Tayra, with Suricata's command line

usage: tayra [OPTIONS] [PACKET FILTER]   as Suricata
       tayra replay FILE|DIR...          read captures and show what they hold (tayra replay --help)
       tayra run -i IFACE                watch an interface, or a mirror of the cloud (tayra run --help)
       tayra ctl COMMAND                 ask or tell a running engine (tayra ctl --help)
       tayra drops                       where a running engine loses packets, and what helps
       tayra inline                      decide on what a gateway forwards (tayra inline --help)

${optionsText()}
exit status: 0 done, 1 wrong usage, bad configuration, rules that -T or --init-errors-fatal do not accept,
             a capture that could not be read, or an error of the program itself, which the log tells
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
             1 a capture or a rule could not be read, or the program itself met an error, which the log tells;
               what could be read is in the summary
             2 wrong usage
`;

export const INLINE_HELP = `usage: tayra inline [--queue N[:M]] [-r RULES...] [--setup] [--shadow] [OPTIONS]
       tayra inline --bridge IFACE:IFACE [-r RULES...] [--shadow] [OPTIONS]

Decides on packets that the firewall hands over (NFQUEUE, Linux), or that come in at one interface and are to go out at
another: those that rules with drop or reject stop do not go on.

  --queue N[:M]       netfilter queues to decide on; may be repeated (default: 0)
  --bridge A:B        pass packets between two interfaces with Ethernet, which need no addresses
  -r, --rules PATH    rule file; may be repeated; without it the rules of the configuration
  -c, --config FILE   configuration (suricata.yaml)
      --set KEY=VALUE set a configuration value
      --out DIR       folder of logs (made when missing; default: ./tayra-out)
      --shadow        let everything go on, and log what would have been stopped
      --fail-closed   drop packets where a queue is full or nobody attends to it (by default they pass)
      --budget MS     packets that waited longer are not looked at: they pass, or are dropped where exception-policy
                      says drop-packet, drop-flow or reject; counted as tayra.late_passed and tayra.late_dropped
      --reject-dev DEVICE, --pidfile FILE, -v   as without "inline"

firewall (iptables or, where that is missing, nft; needs CAP_NET_ADMIN):
      --setup         queue packets by rules of its own; they are removed at the end, those of a crash at the next start
      --chain NAME    FORWARD, INPUT or OUTPUT; may be repeated (default: FORWARD)
      --exclude WHAT  never queue ADDRESS[/LENGTH], ADDRESS:PORT, [ADDRESS]:PORT or :PORT (TCP); may be repeated;
                      TCP port 22 is excluded unless "--exclude none" is given
      --teardown      only remove the rules that an earlier run left
  -h, --help          this text

exit status: 0 done, 1 it could not start, 2 wrong usage
`;
