export const SMB1_HEADER = 32;
export function smb1CommandName(command: number): string { return String(command); }
export function subcommandName(command: number): string { return String(command); }
export function levelName(command: number): string { return String(command); }
