/** Models: how good a model is, and what it buys. */
export default function Models() {
  return <h1>How good a model is, and what it buys</h1>;
}
