/** What Vite makes of files that are no modules. */
declare module "*.css";
declare module "*?url" {
  const url: string;
  export default url;
}
