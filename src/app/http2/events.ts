// What can be wrong with HTTP/2, under Suricata's event names.

import { defineAnomalies } from '../../framework/anomaly.ts';

export const HTTP2_ANOMALY = defineAnomalies('applayer', 'http2', [
  'invalid_frame_header',
  'invalid_client_magic',
  'invalid_frame_data',
  'invalid_header',
  'invalid_frame_length',
  'extra_header_data',
  'long_frame_data',
  'stream_id_reuse',
  'invalid_http1_settings',
  'failed_decompression',
  'invalid_range',
  'header_integer_overflow',
  'too_many_streams',
  'authority_host_mismatch',
  'userinfo_in_uri',
  'reassembly_limit_reached',
  'dns_request_too_long',
  'dns_response_too_long',
  'data_stream_zero',
  'too_many_frames',
  'compression_bomb',
  'header_table_overflow',
  'continuation_without_headers',
  'too_long_repeated_headers',
]);
