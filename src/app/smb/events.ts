// What can be wrong with SMB, under Suricata's event names.

import { defineAnomalies } from '../../framework/anomaly.ts';

export const SMB_ANOMALY = defineAnomalies('applayer', 'smb', [
  'internal_error',
  'malformed_data',
  'record_overflow',
  'malformed_ntlmssp_request',
  'malformed_ntlmssp_response',
  'duplicate_negotiate',
  'negotiate_malformed_dialects',
  'file_overlap',
  'request_to_client',
  'response_to_server',
  'negotiate_max_read_size_too_large',
  'negotiate_max_write_size_too_large',
  'read_request_too_large',
  'read_response_too_large',
  'read_queue_size_exceeded',
  'read_queue_cnt_exceeded',
  'write_request_too_large',
  'write_queue_size_exceeded',
  'write_queue_cnt_exceeded',
  'unusual_ntlmssp_order',
  'too_many_transactions',
]);
