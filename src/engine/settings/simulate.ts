// Simulations: packets for which an exception is to be played, so that exception policies can be tried (`--simulate-*`).

export interface Simulations {
  /** Numbers of packets, counted from 1; 0 for none. */
  readonly flowMemcap: number;
  readonly sessionMemcap: number;
  readonly reassemblyMemcap: number;
  readonly defragMemcap: number;
  /** Offsets of application data at which the parser is to fail, by direction; -1 for none. */
  readonly appErrorToServer: number;
  readonly appErrorToClient: number;
  /** The queue of alerts has the room of `packet-alert-max` and no more. */
  readonly alertQueueFailure: boolean;
}

export const NO_SIMULATIONS: Simulations = {
  flowMemcap: 0,
  sessionMemcap: 0,
  reassemblyMemcap: 0,
  defragMemcap: 0,
  appErrorToServer: -1,
  appErrorToClient: -1,
  alertQueueFailure: false,
};
