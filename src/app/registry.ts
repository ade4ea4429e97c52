// Every application protocol that is looked for; generated from this folder (npm run gen).

import bittorrentDhtProtocol from './bittorrent-dht.ts';
import dcerpcProtocol from './dcerpc/index.ts';
import dhcpProtocol from './dhcp.ts';
import dnp3Protocol from './dnp3.ts';
import dnsProtocol from './dns/index.ts';
import enipProtocol from './enip.ts';
import ftpProtocol from './ftp/index.ts';
import ftpDataProtocol from './ftp-data/index.ts';
import httpProtocol from './http/index.ts';
import http2Protocol from './http2/index.ts';
import ikeProtocol from './ike.ts';
import imapProtocol from './imap.ts';
import krb5Protocol from './krb5.ts';
import ldapProtocol from './ldap.ts';
import modbusProtocol from './modbus.ts';
import mqttProtocol from './mqtt.ts';
import nfsProtocol from './nfs.ts';
import ntpProtocol from './ntp.ts';
import pgsqlProtocol from './pgsql.ts';
import pop3Protocol from './pop3/index.ts';
import quicProtocol from './quic.ts';
import rdpProtocol from './rdp.ts';
import rfbProtocol from './rfb.ts';
import sipProtocol from './sip.ts';
import smbProtocol from './smb/index.ts';
import smtpProtocol from './smtp/index.ts';
import snmpProtocol from './snmp.ts';
import sshProtocol from './ssh/index.ts';
import telnetProtocol from './telnet.ts';
import tftpProtocol from './tftp.ts';
import tlsProtocol from './tls/index.ts';
import websocketProtocol from './websocket/index.ts';

import type { ProtocolDefinition } from '../framework/app-protocol.ts';

const files: readonly (ProtocolDefinition | readonly ProtocolDefinition[])[] = [
  bittorrentDhtProtocol,
  dcerpcProtocol,
  dhcpProtocol,
  dnp3Protocol,
  dnsProtocol,
  enipProtocol,
  ftpProtocol,
  ftpDataProtocol,
  httpProtocol,
  http2Protocol,
  ikeProtocol,
  imapProtocol,
  krb5Protocol,
  ldapProtocol,
  modbusProtocol,
  mqttProtocol,
  nfsProtocol,
  ntpProtocol,
  pgsqlProtocol,
  pop3Protocol,
  quicProtocol,
  rdpProtocol,
  rfbProtocol,
  sipProtocol,
  smbProtocol,
  smtpProtocol,
  snmpProtocol,
  sshProtocol,
  telnetProtocol,
  tftpProtocol,
  tlsProtocol,
  websocketProtocol,
];

/** Protocols in the order of their files. */
export const PROTOCOLS: readonly ProtocolDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as ProtocolDefinition[],
);
