// What can be wrong with SMB, under Suricata's event names.

import { defineAnomalies, reserveAnomalies } from '../../framework/anomaly.ts';

export const SMB_ANOMALY = defineAnomalies('applayer', 'smb', [
  'malformed_data',
  'malformed_ntlmssp_request',
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
  'duplicate_negotiate',
]);

reserveAnomalies('applayer', 'smb', ['internal_error', 'record_overflow', 'malformed_ntlmssp_response']);
