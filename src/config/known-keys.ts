// The keys of suricata.yaml that we know of, by the mapping they stand in (indices of sequences left out).
// `*` allows any key. Mappings that are not listed are not checked, so a list may grow piece by piece.

const XFF = 'enabled mode deployment header';
const LOG_FILE =
  'enabled filename append filetype mode rotate-interval rotate-size rotate-keep buffer-size threaded level facility format';
const PORTS = 'enabled detection-ports';
const DETECTION_PORTS = 'dp sp';
const TIMEOUTS =
  'new established closed bypassed emergency-new emergency-established emergency-closed emergency-bypassed';
const CPU_SET = 'cpu mode prio threads interface-specific-cpu-set';
const PROFILE = 'enabled filename append csv json sort limit active';
const LIVE = 'interface threads bpf-filter checksum-checks copy-mode copy-iface disable-promisc promisc defrag';

export const KNOWN_KEYS: Readonly<Record<string, string>> = {
  '':
    'vars suricata-version default-log-dir sensor-name sensor-id stats plugins outputs logging af-packet af-xdp dpdk pcap pcap-file app-layer ' +
    'asn1-max-frames datasets security coredump host-mode max-pending-packets runmode autofp-scheduler default-packet-size ' +
    'unix-command magic-file geoip-database legacy action-order engine-analysis pcre host-os-policy defrag flow vlan livedev ' +
    'flow-timeouts stream host ippair decoder detect mpm-algo spm-algo threading luajit profiling nfq nflog capture netmap ' +
    'pfring ipfw napatech default-rule-path rule-files classification-file reference-config-file threshold-file ' +
    'exception-policy heartbeat run-as pid-file umask daemon-directory default-data-dir reputation-categories-file reputation-files ' +
    'default-reputation-path multi-detect packet-alert-max firewall include cuda mpipe http system rule-reload ' +
    'tayra unix-socket simulate-ips lua ebpf xdp hugepages tls udp tcp',
  tayra: 'duplicates duplicates-window warm-up metrics mirrors shadow',
  'tayra.metrics': 'enabled listen',
  'tayra.mirrors': 'threads',
  vars: 'address-groups port-groups',
  'vars.address-groups': '*',
  'vars.port-groups': '*',
  stats: 'enabled interval decoder-events decoder-events-prefix stream-events exception-policy zero-valued-counters',
  'stats.exception-policy': 'per-app-proto-errors global-stats',
  outputs:
    'fast eve-log http-log tls-log tls-store pcap-log alert-debug stats syslog drop file-store tcp-data http-body-data lua ' +
    'dns-log file-log unified2-alert alert-prelude pcap-info',
  'outputs.fast': LOG_FILE,
  'outputs.stats': `${LOG_FILE} totals threads null-values`,
  'outputs.drop': LOG_FILE,
  'outputs.alert-debug': LOG_FILE,
  'outputs.http-log': `${LOG_FILE} custom customformat extended`,
  'outputs.tls-log': `${LOG_FILE} custom customformat extended session-resumption`,
  'outputs.tls-store': 'enabled certs-log-dir max-files',
  'outputs.syslog': 'enabled facility level identity format',
  'outputs.tcp-data': `${LOG_FILE} type ipv6-compress`,
  'outputs.http-body-data': `${LOG_FILE} type ipv6-compress`,
  'outputs.lua': 'enabled scripts scripts-dir path cpath',
  'outputs.pcap-log':
    'enabled filename dir limit max-files compression lz4-checksum lz4-level mode ts-format use-stream-depth honor-pass-rules ' +
    'bpf-filter conditional format',
  'outputs.file-store':
    'version enabled dir log-dir xff write-fileinfo force-filestore force-magic force-hash force-md5 stream-depth max-open-files include-pid waldo file-type',
  'outputs.file-store.xff': XFF,
  'outputs.eve-log':
    `${LOG_FILE} identity prefix redis pcap-file community-id community-id-seed xff types metadata ethernet suricata-version ` +
    'vni ipv6-compress sensor-name',
  'outputs.eve-log.xff': XFF,
  'outputs.eve-log.redis': 'server port async mode key pipelining stream-maxlen stream-trim-exact username password',
  'outputs.eve-log.redis.pipelining': 'enabled batch-size',
  'outputs.eve-log.types':
    'alert anomaly arp bittorrent-dht dcerpc dhcp dnp3 dns doh2 drop email engine enip fileinfo files flow frame ftp ftp-data http http2 ike ' +
    'ikev2 imap krb5 ldap llmnr mdns metadata modbus mqtt netflow nfs ntp pgsql pop3 quic rdp rfb sip smb smtp snmp ssh stats stream ' +
    'template tftp tls vars websocket pop3 telnet',
  'outputs.eve-log.types.alert':
    'enabled payload payload-buffer-size payload-printable payload-length packet http http-body http-body-printable metadata reference ' +
    'tagged-packets verdict xff websocket-payload websocket-payload-printable ssh smtp tls dnp3 vars app-layer flow frame',
  'outputs.eve-log.types.alert.metadata': 'app-layer flow rule',
  'outputs.eve-log.types.alert.metadata.rule': 'metadata raw reference',
  'outputs.eve-log.types.alert.xff': XFF,
  'outputs.eve-log.types.anomaly': 'enabled types packethdr',
  'outputs.eve-log.types.anomaly.types': 'decode stream applayer packethdr',
  'outputs.eve-log.types.arp': 'enabled',
  'outputs.eve-log.types.dhcp': 'enabled extended',
  'outputs.eve-log.types.dns': 'enabled version requests responses query answer types formats custom',
  'outputs.eve-log.types.drop': 'enabled alerts flows verdict',
  'outputs.eve-log.types.files': 'enabled force-magic force-hash force-md5 xff',
  'outputs.eve-log.types.files.xff': XFF,
  'outputs.eve-log.types.flow': 'enabled exception-policy tayra-fields',
  'outputs.eve-log.types.frame': 'enabled payload-buffer-size',
  'outputs.eve-log.types.http': 'enabled extended custom dump-all-headers tagged-packets xff',
  'outputs.eve-log.types.http.xff': XFF,
  'outputs.eve-log.types.mqtt': 'enabled passwords string-log-limit',
  'outputs.eve-log.types.pgsql': 'enabled passwords',
  'outputs.eve-log.types.quic': 'enabled ja4',
  'outputs.eve-log.types.smb': 'enabled types',
  'outputs.eve-log.types.smtp': 'enabled extended custom md5',
  'outputs.eve-log.types.stats': 'enabled totals threads deltas null-values',
  'outputs.eve-log.types.stream': 'enabled all event-set state-update spurious-retransmission',
  'outputs.eve-log.types.tls': 'enabled extended session-resumption custom ja4 client client-alpns server-alpns',
  logging: 'default-log-level default-log-format default-output-filter stacktrace-on-signal outputs',
  'logging.outputs': 'console file syslog',
  'logging.outputs.console': 'enabled type level format',
  'logging.outputs.file': 'enabled level filename format type append',
  'logging.outputs.syslog': 'enabled facility format type level',
  'af-packet':
    `${LIVE} cluster-id cluster-type block-size block-timeout ring-size mmap-locked use-mmap tpacket-v3 snaplen use-emergency-flush v2-block-size ` +
    'buffer-size rollover disable-hwtimestamp xdp-mode xdp-filter-file ebpf-lb-file ebpf-filter-file bypass pinned-maps no-percpu-hash gpu',
  'af-xdp': `${LIVE} force-xdp-mode force-bind-mode mem-unaligned enable-busy-poll busy-poll-time busy-poll-budget gro-flush-timeout napi-defer-hard-irq`,
  netmap: LIVE,
  pcap: `${LIVE} buffer-size snaplen`,
  'pcap-file': 'checksum-checks tenant-id delete-when-done recursive continuous delay poll-interval buffer-size',
  nfq: 'mode fail-open batchcount bypass-mark bypass-mask repeat-mark repeat-mask route-queue packet-timeout',
  capture: 'disable-offloading checksum-validation',
  vlan: 'use-for-tracking',
  livedev: 'use-for-tracking',
  'app-layer': 'error-policy protocols',
  'app-layer.protocols':
    'bittorrent-dht dcerpc dhcp dnp3 dns doh2 enip ftp ftp-data http http2 ike ikev2 imap irc jabber krb5 ldap llmnr mdns modbus mqtt msn nfs ntp ' +
    'pgsql pop3 quic rdp rfb sip smb smtp snmp ssh telnet template tftp tls websocket',
  'app-layer.protocols.dns': `${PORTS} tcp udp global-memcap state-memcap request-flood`,
  'app-layer.protocols.dns.tcp': PORTS,
  'app-layer.protocols.dns.tcp.detection-ports': DETECTION_PORTS,
  'app-layer.protocols.dns.udp': PORTS,
  'app-layer.protocols.dns.udp.detection-ports': DETECTION_PORTS,
  'app-layer.protocols.ftp': `${PORTS} memcap max-tx max-line-length max-preliminary-responses`,
  'app-layer.protocols.http': `${PORTS} memcap byterange libhtp`,
  'app-layer.protocols.http.byterange': 'memcap timeout',
  'app-layer.protocols.http.libhtp': 'default-config server-config',
  'app-layer.protocols.http2':
    'enabled max-streams max-table-size max-frames max-reassembly-size compression-bomb-limit http1-rules',
  'app-layer.protocols.modbus': `${PORTS} request-flood stream-depth`,
  'app-layer.protocols.mqtt': `${PORTS} max-msg-length max-messages max-tx subscribe-topic-match-limit unsubscribe-topic-match-limit`,
  'app-layer.protocols.smb': `${PORTS} stream-depth max-tx max-held-size max-names-size dcerpc max-read-size max-write-size max-read-queue-size max-read-queue-cnt max-write-queue-size max-write-queue-cnt max-guid-cache-size max-read-offset-cache-size max-tree-cache-size max-dcerpc-frag-cache-size max-session-cache-size`,
  'app-layer.protocols.smb.dcerpc': 'max-stub-size',
  'app-layer.protocols.smtp': `${PORTS} mime inspected-tracker raw-extraction max-tx`,
  'app-layer.protocols.smtp.mime':
    'decode-mime decode-base64 decode-quoted-printable header-value-depth extract-urls extract-urls-schemes log-url-scheme body-md5',
  'app-layer.protocols.smtp.inspected-tracker': 'content-limit content-inspect-min-size content-inspect-window',
  'app-layer.protocols.ssh': `${PORTS} hassh encryption-handling`,
  'app-layer.protocols.tls': `${PORTS} ja3-fingerprints ja4-fingerprints encryption-handling encrypt-handling no-reassemble certificate-max-size subjectaltname`,
  'host-os-policy':
    'windows bsd bsd-right old-linux linux old-solaris solaris hpux10 hpux11 irix macos vista windows2k3 first last',
  defrag: 'memcap memcap-policy hash-size trackers max-frags prealloc timeout host-config',
  flow: 'memcap memcap-policy hash-size prealloc emergency-recovery managers recyclers rate-tracking prune-flows end-flows',
  'flow.rate-tracking': 'bytes interval',
  'flow-timeouts': 'default tcp udp icmp',
  'flow-timeouts.default': TIMEOUTS,
  'flow-timeouts.tcp': TIMEOUTS,
  'flow-timeouts.udp': TIMEOUTS,
  'flow-timeouts.icmp': TIMEOUTS,
  stream:
    'memcap memcap-policy prealloc-sessions midstream midstream-policy async-oneside inline drop-invalid bypass checksum-validation ' +
    'max-syn-queued max-synack-queued max-sessions max-synack-queued liberal-timestamps reassembly',
  'stream.reassembly':
    'memcap memcap-policy depth toserver-chunk-size toclient-chunk-size randomize-chunk-size randomize-chunk-range raw ' +
    'segment-prealloc check-overlap-different-data max-regions urgent zero-copy-size chunk-prealloc segments',
  'stream.reassembly.urgent': 'policy oob-limit-policy',
  host: 'hash-size prealloc memcap',
  ippair: 'hash-size prealloc memcap',
  decoder: 'teredo vxlan geneve vntag erspan recursion-level ipv4 ipv6 max-layers',
  'decoder.teredo': 'enabled ports',
  'decoder.vxlan': 'enabled ports reserved-bits-check',
  'decoder.geneve': 'enabled ports max-layers',
  'decoder.erspan': 'typeI',
  'decoder.recursion-level': 'use-for-tracking',
  detect:
    'profile custom-values sgh-mpm-context sgh-mpm-caching sgh-mpm-caching-path sgh-mpm-caching-max-age prefilter grouping thresholds ' +
    'profiling inspection-recursion-limit stream-tx-log-limit guess-applayer-tx delayed-detect rule-reload flowbits strict-rule-keywords hook',
  'detect.custom-values': 'toclient-groups toserver-groups',
  'detect.prefilter': 'default',
  'detect.grouping': 'tcp-priority-ports udp-priority-ports tcp-whitelist udp-whitelist',
  'detect.thresholds': 'hash-size memcap cache',
  'detect.flowbits': 'max-per-signature',
  'multi-detect': 'enabled selector loaders tenants mappings default config-path',
  datasets: 'defaults limits rules *',
  security: 'limit-noproc landlock lua',
  'security.landlock': 'enabled directories',
  'security.lua': 'allow-rules allow-restricted-functions max-bytes max-instructions',
  'unix-command': 'enabled filename mode',
  pcre: 'match-limit match-limit-recursion',
  threading: 'set-cpu-affinity autopin cpu-affinity detect-thread-ratio stack-size workers',
  'threading.cpu-affinity':
    'management-cpu-set receive-cpu-set decode-cpu-set stream-cpu-set detect-cpu-set verdict-cpu-set reject-cpu-set output-cpu-set worker-cpu-set',
  'threading.cpu-affinity.worker-cpu-set': CPU_SET,
  'threading.cpu-affinity.receive-cpu-set': CPU_SET,
  'threading.cpu-affinity.management-cpu-set': CPU_SET,
  profiling: 'sample-rate rules keywords prefilter rulegroups packets locks pcap-log',
  'profiling.rules': PROFILE,
  'profiling.keywords': PROFILE,
  'profiling.packets': PROFILE,
  'engine-analysis': 'rules rules-fast-pattern',
  'run-as': 'user group',
  coredump: 'max-dump',
  heartbeat: 'output-flush-interval',
  firewall: 'enabled rule-path rule-files policies',
};
