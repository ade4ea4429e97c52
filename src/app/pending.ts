// Application protocols and their keywords that rules may name though no parser of theirs is there yet.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** As rules and the configuration name them. */
export const PENDING_PROTOCOLS: ReadonlySet<string> = new Set(
  words(`http http1 http2 ftp ftp-data smtp tls ssl ssh imap jabber smb dcerpc dns nfs ntp tftp ike krb5 quic dhcp sip
    rfb mqtt telnet websocket ldap doh2 rdp bittorrent-dht pop3 mdns llmnr snmp pgsql modbus dnp3 enip cip msn irc ikev2`),
);

const HTTP = `http.uri http.uri.normalized http.uri.raw http.method http.host http.host.raw http.user_agent
  http.referer http.accept http.accept_enc http.accept_lang http.request_line http.request_body http.request_header
  http.response_header urilen http.stat_code http.stat_msg http.response_line http.response_body http.location
  http.server http.header http.header.raw http.cookie http.header_names http.protocol http.start http.connection
  http.content_len http.content_type http_uri http_raw_uri http_method http_header http_raw_header http_cookie
  http_client_body http_server_body http_stat_code http_stat_msg http_user_agent http_host http_raw_host http_accept
  http_accept_enc http_accept_lang http_connection http_content_len http_content_type http_header_names http_protocol
  http_referer http_request_line http_response_line http_start http2.frametype http2.errorcode http2.priority
  http2.window http2.size_update http2.settings http2.header_name uricontent`;
const FILE = `file.data file_data file.name file.magic filemagic filename fileext filesize filemd5 filesha1 filesha256
  filestore`;
const DNS = `dns.query dns_query dns.query.name dns.answer.name dns.queries.rrname dns.answers.rrname
  dns.authorities.rrname dns.additionals.rrname dns.response.rrname dns.opcode dns.rcode dns.rrtype
  mdns.queries.rrname mdns.answers.rrname mdns.authorities.rrname mdns.additionals.rrname mdns.response.rrname
  llmnr.queries.rrname llmnr.answers.rrname llmnr.authorities.rrname llmnr.additionals.rrname llmnr.response.rrname`;
const TLS = `tls.cert_subject tls.cert_issuer tls.cert_serial tls.cert_fingerprint tls.sni tls.random tls.random_time
  tls.random_bytes tls.certs tls.subjectaltname tls.alpn tls.version ssl_version ssl_state tls_cert_notbefore
  tls_cert_notafter tls_cert_expired tls_cert_valid tls.cert_chain_len tls.store tls_store tls.subject tls.issuerdn
  tls.fingerprint tls_sni tls_cert_subject tls_cert_issuer tls_cert_serial tls_cert_fingerprint ja3.hash ja3.string
  ja3s.hash ja3s.string ja4.hash ja3_hash ja3_string ja4_hash quic.version quic.sni quic.ua quic.cyu.hash
  quic.cyu.string`;
const REMOTE = `ssh.proto ssh_proto ssh.software ssh_software ssh.hassh ssh.hassh.string ssh.hassh.server
  ssh.hassh.server.string ssh.protoversion ssh.softwareversion rfb.name rfb.sectype rfb.secresult`;
const WINDOWS = `smb.named_pipe smb_named_pipe smb.share smb_share smb.ntlmssp_user smb.ntlmssp_domain smb.version
  dcerpc.iface dcerpc.opnum dcerpc.stub_data dce_iface dce_opnum dce_stub_data nfs_procedure nfs.version nfs_version krb5_msg_type
  krb5_err_code krb5.cname krb5.sname krb5.ticket_encryption ldap.request.operation ldap.responses.operation
  ldap.responses.count ldap.request.dn ldap.responses.dn ldap.responses.result_code ldap.responses.message
  ldap.request.attribute_type ldap.responses.attribute_type`;
const MAIL = `smtp.helo smtp.mail_from smtp.rcpt_to email.from email.to email.cc email.subject email.date
  email.message_id email.x_mailer email.body_md5 email.url email.received ftp.command ftp.command_data ftp.reply
  ftp.completion_code ftp.mode ftp.dynamic_port ftp.reply_received ftpdata_command ftpbounce`;
const THINGS = `mqtt.protocol_version mqtt.type mqtt.flags mqtt.qos mqtt.reason_code mqtt.connack.session_present
  mqtt.connect.clientid mqtt.connect.username mqtt.connect.password mqtt.connect.willtopic mqtt.connect.willmessage
  mqtt.connect.protocol_string mqtt.connect.flags mqtt.publish.topic mqtt.publish.message mqtt.subscribe.topic
  mqtt.unsubscribe.topic websocket.payload websocket.flags websocket.mask websocket.opcode modbus dnp3_func dnp3.func
  dnp3_ind dnp3.ind dnp3_obj dnp3.obj dnp3.data dnp3_data enip_command cip_service enip.status enip.capabilities
  enip.cip_attribute enip.cip_class enip.cip_instance enip.cip_status enip.cip_extendedstatus enip.device_type
  enip.identity_status enip.product_code enip.protocol_version enip.revision enip.serial enip.state enip.vendor_id
  enip.product_name enip.service_name`;
const VOICE = `sip.method sip.uri sip.request_line sip.stat_code sip.stat_msg sip.response_line sip.protocol sip.from
  sip.to sip.via sip.user_agent sip.content_type sip.content_length sdp.session_name sdp.session_info sdp.origin
  sdp.uri sdp.email sdp.phone_number sdp.connection_data sdp.timezone sdp.encryption_key sdp.bandwidth sdp.time
  sdp.repeat_time sdp.attribute sdp.media.media sdp.media.media_info sdp.media.connection_data
  sdp.media.encryption_key`;
const INFRASTRUCTURE = `snmp.version snmp.community snmp.usm snmp.pdu_type snmp.trap_type snmp.trap_oid
  snmp.trap_address ike.init_spi ike.resp_spi ike.vendor ike.exchtype ike.chosen_sa_attribute
  ike.key_exchange_payload ike.key_exchange_payload_length ike.nonce_payload ike.nonce_payload_length dhcp.leasetime
  dhcp.rebinding_time dhcp.renewal_time ntp.version ntp.mode ntp.stratum ntp.reference_id pgsql.query`;
const GENERIC = 'app-layer-protocol app-layer-event frame';

/** Names and aliases, lower case. */
export const PENDING_KEYWORDS: ReadonlySet<string> = new Set(
  [HTTP, FILE, DNS, TLS, REMOTE, WINDOWS, MAIL, THINGS, VOICE, INFRASTRUCTURE, GENERIC].flatMap(words),
);

/** A keyword of an application layer: refuse its rule with `rule/app-layer-missing`. */
export function isPendingKeyword(name: string): boolean {
  return PENDING_KEYWORDS.has(name.toLowerCase());
}

export function isPendingProtocol(name: string): boolean {
  return PENDING_PROTOCOLS.has(name.toLowerCase());
}

/** Known, and served by nothing here: scripts and the nDPI plug-in. */
const UNSUPPORTED_KEYWORDS: ReadonlySet<string> = new Set(words('lua luajit luaxform ndpi-protocol ndpi-risk'));

/** Refuse its rule with `rule/feature-missing`. */
export function isUnsupportedKeyword(name: string): boolean {
  return UNSUPPORTED_KEYWORDS.has(name.toLowerCase());
}
