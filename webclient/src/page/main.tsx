import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isTalkToText } from "../talk/route.ts";
import { TalkToText } from "../talk/TalkToText.tsx";
import { App } from "./App.tsx";
import { takeLink } from "./entry.ts";
import "./style/base.css";
import "./style/layout.css";
import "./style/stage.css";
import "./style/fields.css";
import "./style/talk.css";
import "./style/times.css";
import "../talk/talk-to-text.css";

const page = isTalkToText(location.pathname) ? <TalkToText /> : <App link={takeLink()} />;
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(<StrictMode>{page}</StrictMode>);
}
