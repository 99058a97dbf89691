// The matrix as the server answers with it: groups of users and resources with the same rights.

export interface Member { id: string; name: string }
export interface GroupInfo { count: number; members: Member[] }
export interface Cell { actions: number; rules: string[] }
export interface Exception extends Cell { user: Member; resources: Member[]; count: number; row: number; columns: number[] }
export interface Matrix { types: { key: string; name: string; count: number }[]; type: string; users: GroupInfo[]; resources: GroupInfo[]; cells: (Cell | null)[][]; moreUsers: number; moreResources: number; exceptions: Exception[]; cut: boolean }

// The letters are those of the audit page of the QMC, where it has one.
export const letters: Record<string, string> = {
  create: "C", read: "R", update: "U", delete: "D", export: "E", publish: "P", changeowner: "O", changerole: "G", exportdata: "A", offlineaccess: "M", distribute: "S", duplicate: "T", approve: "V",
};
export const strength = ["read", "take", "change", "control"];
