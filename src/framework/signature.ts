// placeholder until the detection contract lands
export interface Signature { readonly sid: number }
