// Every encapsulation the decoder is given; generated from this folder (npm run gen).

import arpLayer from './arp.ts';
import chdlcLayer from './chdlc.ts';
import dceLayer from './dce.ts';
import erspanType1Layer from './erspan-type1.ts';
import erspanLayer from './erspan.ts';
import espLayer from './esp.ts';
import etagLayer from './etag.ts';
import geneveLayer from './geneve.ts';
import greLayer from './gre.ts';
import ieee8021ahLayer from './ieee8021ah.ts';
import igmpLayer from './igmp.ts';
import ipv4InIpLayer from './ipv4-in-ip.ts';
import ipv6InIpLayer from './ipv6-in-ip.ts';
import mplsLayer from './mpls.ts';
import nshLayer from './nsh.ts';
import nullLayer from './null.ts';
import pppLayer from './ppp.ts';
import pppoeDiscoveryLayer from './pppoe-discovery.ts';
import pppoeSessionLayer from './pppoe-session.ts';
import rawLayer from './raw.ts';
import sctpLayer from './sctp.ts';
import sllLayer from './sll.ts';
import sll2Layer from './sll2.ts';
import teredoLayer from './teredo.ts';
import vntagLayer from './vntag.ts';
import vxlanLayer from './vxlan.ts';

import type { LayerDefinition } from '../framework/layer.ts';

/** Layers in the order of their files. */
export const LAYERS: readonly LayerDefinition[] = [
  arpLayer,
  chdlcLayer,
  dceLayer,
  erspanType1Layer,
  erspanLayer,
  espLayer,
  etagLayer,
  geneveLayer,
  greLayer,
  ieee8021ahLayer,
  igmpLayer,
  ipv4InIpLayer,
  ipv6InIpLayer,
  mplsLayer,
  nshLayer,
  nullLayer,
  pppLayer,
  pppoeDiscoveryLayer,
  pppoeSessionLayer,
  rawLayer,
  sctpLayer,
  sllLayer,
  sll2Layer,
  teredoLayer,
  vntagLayer,
  vxlanLayer,
];
