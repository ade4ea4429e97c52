// Help texts of the command line.

export const SURICATA_HELP = `Tayra, with Suricata's command line

usage: tayra [OPTIONS]            as Suricata
       tayra replay FILE|DIR...   read captures and show what they hold

  -c FILE                configuration (suricata.yaml)
  -r FILE|DIR            read a capture file, or all of a folder
  --pcap-file-recursive  ... and of the folders in it
  -S FILE                load only these rules
  -s FILE                load these rules too
  -l DIR                 folder of logs
  -k all|none|auto       checksum validation
  -T                     test the configuration and the rules, then exit
  -v                     say more; repeat for more still
  -V                     version
  --set KEY=VALUE        set a configuration value
  --include FILE         read another configuration file after the first
  --simulate-ips         treat the capture as inline traffic
  --simulate-packet-{flow,tcp-ssn,tcp-reassembly,defrag}-memcap N
                         find memory exhausted at packet N, to try exception policies
  --init-errors-fatal    exit with 1 when a rule does not load
  --disable-detection    no rules
  --runmode MODE         accepted; captures are read by one thread
  --dump-config          print the configuration and exit
  --build-info           print how the program was built and exit
  --list-keywords        print the rule keywords and exit
`;

export const REPLAY_HELP = `usage: tayra replay FILE|DIR... [-r RULES...] [--out DIR] [--json|--table]

  -r, --rules PATH   rule file, or folder of *.rules; may be repeated
  --out DIR          folder for eve.json and fast.log (made when missing; default: ./tayra-out)
  --json             the summary as one JSON object
  --table            the summary as tables (default)

exit status: 0 done, 1 a capture or a rule could not be read, 2 wrong usage
`;
