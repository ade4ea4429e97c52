// Every encapsulation the decoder is given; generated from this folder (npm run gen).

import arp from './arp.ts';
import chdlc from './chdlc.ts';
import dce from './dce.ts';
import erspanType1 from './erspan-type1.ts';
import erspan from './erspan.ts';
import esp from './esp.ts';
import etag from './etag.ts';
import geneve from './geneve.ts';
import gre from './gre.ts';
import ieee8021ah from './ieee8021ah.ts';
import igmp from './igmp.ts';
import ipv4InIp from './ipv4-in-ip.ts';
import ipv6InIp from './ipv6-in-ip.ts';
import mpls from './mpls.ts';
import nsh from './nsh.ts';
import nullLink from './null.ts';
import ppp from './ppp.ts';
import pppoeDiscovery from './pppoe-discovery.ts';
import pppoeSession from './pppoe-session.ts';
import raw from './raw.ts';
import sctp from './sctp.ts';
import sll from './sll.ts';
import sll2 from './sll2.ts';
import teredo from './teredo.ts';
import vntag from './vntag.ts';
import vxlan from './vxlan.ts';

import type { LayerDefinition } from '../framework/layer.ts';

export const LAYERS: readonly LayerDefinition[] = [
  arp,
  chdlc,
  dce,
  erspanType1,
  erspan,
  esp,
  etag,
  geneve,
  gre,
  ieee8021ah,
  igmp,
  ipv4InIp,
  ipv6InIp,
  mpls,
  nsh,
  nullLink,
  ppp,
  pppoeDiscovery,
  pppoeSession,
  raw,
  sctp,
  sll,
  sll2,
  teredo,
  vntag,
  vxlan,
];
