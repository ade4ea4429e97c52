// What can be wrong with TLS, under Suricata's event names.

import { defineAnomalies, reserveAnomalies } from '../../framework/anomaly.ts';

export const TLS_ANOMALY = defineAnomalies('applayer', 'tls', [
  'invalid_record_version',
  'invalid_record_type',
  'invalid_record_length',
  'invalid_handshake_message',
  'invalid_heartbeat_message',
  'overflow_heartbeat_message',
  'dataleak_heartbeat_mismatch',
  'handshake_invalid_length',
  'multiple_sni_extensions',
  'invalid_sni_type',
  'invalid_sni_length',
  'invalid_certificate',
  'certificate_invalid_length',
  'certificate_invalid_version',
  'certificate_invalid_serial',
  'certificate_invalid_date',
  'certificate_invalid_der',
  'too_many_subject_alternative_names',
  'error_message_encountered',
  'invalid_alert_message',
]);

reserveAnomalies('applayer', 'tls', [
  'invalid_sslv2_header',
  'invalid_tls_header',
  'heartbeat_message',
  'too_many_records_in_packet',
  'certificate_missing_element',
  'certificate_unknown_element',
  'certificate_invalid_string',
  'certificate_invalid_algorithmidentifier',
  'certificate_invalid_x509name',
  'certificate_invalid_extensions',
  'certificate_invalid_subject',
  'certificate_invalid_issuer',
  'certificate_invalid_validity',
  'invalid_ssl_record',
]);
