/** Channels: how much each channel spends, when. */
export default function Channels() {
  return <h1>What each channel spends, when</h1>;
}
