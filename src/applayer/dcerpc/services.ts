// Names of well-known DCE/RPC interfaces and of their procedures, by UUID and number (MS-RPCE and the documents it names).

interface Service {
  readonly name: string;
  /** By opnum; '' where there is none of that number. */
  readonly procedures: readonly string[];
}

const words = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => (word === '-' ? '' : word));

const SERVICES: Readonly<Record<string, Service>> = {
  // C706 appendix Q
  'afa8bd80-7d8a-11c9-bef4-08002b102989': {
    name: 'mgmt',
    procedures: words('inq_if_ids inq_stats is_server_listening stop_server_listening inq_princ_name'),
  },
  // C706 appendix O
  'e1af8308-5d1f-11c9-91a4-08002b14a0fa': {
    name: 'epmapper',
    procedures: words(
      'ept_insert ept_delete ept_lookup ept_map ept_lookup_handle_free ept_inq_object ept_mgmt_delete ept_map_auth ept_map_auth_async',
    ),
  },
  // MS-DCOM
  '00000143-0000-0000-c000-000000000046': {
    name: 'IRemUnknown2',
    procedures: words('- - - RemQueryInterface RemAddRef RemRelease RemQueryInterface2'),
  },
  '00000131-0000-0000-c000-000000000046': {
    name: 'IRemUnknown',
    procedures: words('- - - RemQueryInterface RemAddRef RemRelease'),
  },
  '000001a0-0000-0000-c000-000000000046': {
    name: 'IRemoteSCMActivator',
    procedures: words('- - - RemoteGetClassObject RemoteCreateInstance'),
  },
  '99fcfec4-5260-101b-bbcb-00aa0021347a': {
    name: 'IOXIDResolver',
    procedures: words('ResolveOxid SimplePing ComplexPing ServerAlive ResolveOxid2 ServerAlive2'),
  },
  '4d9f4ab8-7d1c-11cf-861e-0020af6e7c57': { name: 'IActivation', procedures: words('RemoteActivation') },
  // MS-RRP
  '338cd001-2244-31f1-aaaa-900038001003': {
    name: 'winreg',
    procedures: words(`OpenClassesRoot OpenCurrentUser OpenLocalMachine OpenPerformanceData OpenUsers BaseRegCloseKey
      BaseRegCreateKey BaseRegDeleteKey BaseRegDeleteValue BaseRegEnumKey BaseRegEnumValue BaseRegFlushKey
      BaseRegGetKeySecurity BaseRegLoadKey - BaseRegOpenKey BaseRegQueryInfoKey BaseRegQueryValue BaseRegReplaceKey
      BaseRegRestoreKey BaseRegSaveKey BaseRegSetKeySecurity BaseRegSetValue BaseRegUnLoadKey - - BaseRegGetVersion
      OpenCurrentConfig - BaseRegQueryMultipleValues - BaseRegSaveKeyEx OpenPerformanceText OpenPerformanceNlsText
      BaseRegQueryMultipleValues2 BaseRegDeleteKeyEx`),
  },
  // MS-SCMR
  '367abb81-9844-35f1-ad32-98f038001003': {
    name: 'svcctl',
    procedures: words(`CloseServiceHandle ControlService DeleteService LockServiceDatabase QueryServiceObjectSecurity
      SetServiceObjectSecurity QueryServiceStatus SetServiceStatus UnlockServiceDatabase NotifyBootConfigStatus -
      ChangeServiceConfigW CreateServiceW EnumDependentServicesW EnumServicesStatusW OpenSCManagerW OpenServiceW
      QueryServiceConfigW QueryServiceLockStatusW StartServiceW GetServiceDisplayNameW GetServiceKeyNameW -
      ChangeServiceConfigA CreateServiceA EnumDependentServicesA EnumServicesStatusA OpenSCManagerA OpenServiceA
      QueryServiceConfigA QueryServiceLockStatusA StartServiceA GetServiceDisplayNameA GetServiceKeyNameA -
      EnumServiceGroupW ChangeServiceConfig2A ChangeServiceConfig2W QueryServiceConfig2A QueryServiceConfig2W
      QueryServiceStatusEx EnumServicesStatusExA EnumServicesStatusExW - CreateServiceWOW64A CreateServiceWOW64W`),
  },
  // MS-TSCH
  '86d35949-83c9-4044-b424-db363231fd0c': {
    name: 'ITaskSchedulerService',
    procedures: words(`SchRpcHighestVersion SchRpcRegisterTask SchRpcRetrieveTask SchRpcCreateFolder SchRpcSetSecurity
      SchRpcGetSecurity SchRpcEnumFolders SchRpcEnumTasks SchRpcEnumInstances SchRpcGetInstanceInfo
      SchRpcStopInstance SchRpcStop SchRpcRun SchRpcDelete SchRpcRename SchRpcScheduledRuntimes SchRpcGetLastRunInfo
      SchRpcGetTaskInfo SchRpcGetNumberOfMissedRuns SchRpcEnableTask`),
  },
  '1ff70682-0a51-30e8-076d-740be8cee98b': {
    name: 'atsvc',
    procedures: words('NetrJobAdd NetrJobDel NetrJobEnum NetrJobGetInfo'),
  },
  // MS-EFSR
  'c681d488-d850-11d0-8c52-00c04fd90f7e': {
    name: 'efsrpc',
    procedures: words(`EfsRpcOpenFileRaw EfsRpcReadFileRaw EfsRpcWriteFileRaw EfsRpcCloseRaw EfsRpcEncryptFileSrv
      EfsRpcDecryptFileSrv EfsRpcQueryUsersOnFile EfsRpcQueryRecoveryAgents EfsRpcRemoveUsersFromFile
      EfsRpcAddUsersToFile`),
  },
  // MS-DRSR
  'e3514235-4b06-11d1-ab04-00c04fc2dcd2': {
    name: 'drsuapi',
    procedures: words(`DRSBind DRSUnbind DRSReplicaSync DRSGetNCChanges DRSUpdateRefs DRSReplicaAdd DRSReplicaDel
      DRSReplicaModify DRSVerifyNames DRSGetMemberships DRSInterDomainMove DRSGetNT4ChangeLog DRSCrackNames
      DRSWriteSPN DRSRemoveDsServer DRSRemoveDsDomain DRSDomainControllerInfo DRSAddEntry DRSExecuteKCC
      DRSGetReplInfo DRSAddSidHistory DRSGetMemberships2`),
  },
};

export interface RpcNames {
  readonly service: string;
  /** '' when it is not known. */
  readonly procedure: string;
}

/** Undefined for an interface that is not known. */
export function namesOf(uuid: string, opnum: number): RpcNames | undefined {
  const service = SERVICES[uuid];
  if (service === undefined) return undefined;
  return { service: service.name, procedure: service.procedures[opnum] ?? '' };
}
