declare module "*.wasm" {
  const value: WebAssembly.Module;
  export default value;
}
declare module "#wasm" {
  export const module: WebAssembly.Module;
}
declare module "#learn" {
  export const module: WebAssembly.Module;
}
