/** The page: planning for people, all of it in the browser. */
import { render } from "preact";
import { App } from "./shell/app.js";
import "./shell/styles.css";
import "./shell/layout.css";

render(<App />, document.querySelector("#page") as HTMLElement);
