// DecoderOptions: what the configuration may say about decoding, with Suricata's defaults.

/** An encapsulation over UDP: looked for on these ports (either end), on all of them, or on its own usual ones. */
export interface UdpLayerOptions {
  readonly enabled: boolean;
  readonly ports?: readonly number[] | 'any';
}

export interface DecoderOptions {
  /** `decoder.max-layers`: a packet with that many layers is invalid. */
  readonly maxLayers: number;
  /** By layer name (`vxlan`, `geneve`, `teredo`); a layer without an entry uses its own defaults. */
  readonly udpLayers: Readonly<Record<string, UdpLayerOptions>>;
  /** `vxlan.reserved-bits-check`: strict (true) or permissive. */
  readonly checksReservedBits: boolean;
}

export const DEFAULT_DECODER_OPTIONS: DecoderOptions = {
  maxLayers: 16,
  udpLayers: {},
  checksReservedBits: true,
};
