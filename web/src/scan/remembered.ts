// Small choices that a device keeps from shift to shift: nothing of anybody's.
// Storage may be closed to us; then they are made again.

type Choice = "gate" | "camera" | "look" | "volume";

export function remembered(choice: Choice): string {
  try {
    return localStorage.getItem(`lanyard.${choice}`) ?? "";
  } catch {
    return "";
  }
}

export function remember(choice: Choice, value: string): void {
  try {
    if (value) localStorage.setItem(`lanyard.${choice}`, value);
    else localStorage.removeItem(`lanyard.${choice}`);
  } catch {
    // For this page it holds all the same.
  }
}
