import assert from "node:assert/strict";
import { findContainerId } from "../../../cim/identity/mod.ts";

const id = "0123456789abcdef".repeat(4);
const sandbox = "f".repeat(64);

function find(cgroup: string | undefined, mountinfo?: string): string {
  return findContainerId((path) => path.endsWith("cgroup") ? cgroup : mountinfo);
}

for (
  const [name, cgroup] of [
    ["Docker on cgroup v1", `12:pids:/docker/${id}\n1:name=systemd:/docker/${id}\n`],
    ["kubelet on cgroup v1", `5:cpu:/kubepods/burstable/pod0b5f0c9e-7d1a/${id}\n`],
    ["systemd slices", `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`],
    ["CRI-O", `0::/kubepods.slice/crio-${id}.scope\n`],
  ]
) {
  Deno.test(`findContainerId() finds the id of ${name}`, () => {
    assert.equal(find(cgroup), id);
  });
}

for (
  const [name, root] of [
    ["Docker", `/var/lib/docker/containers/${id}/hostname`],
    ["CRI-O", `/containers/storage/overlay-containers/${id}/userdata/hostname`],
  ]
) {
  Deno.test(`D-97 findContainerId() finds the id of ${name} on cgroup v2 in mountinfo`, () => {
    const mountinfo = [
      `700 600 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hosts /etc/hosts rw - ext4 /dev/sda1 rw`,
      `701 600 8:1 ${root} /etc/hostname rw,relatime - ext4 /dev/sda1 rw`,
    ].join("\n");
    assert.equal(find("0::/\n", mountinfo), id);
  });
}

Deno.test("D-97 findContainerId() finds the id in the root of a cgroup mount", () => {
  const line =
    `31 23 0:27 /kubepods.slice/cri-containerd-${id}.scope /sys/fs/cgroup ro - cgroup2 cgroup rw`;
  assert.equal(find("0::/\n", line), id);
});

Deno.test("findContainerId() is empty when nothing tells, and for the id of a sandbox", () => {
  assert.equal(find(undefined), "");
  const line =
    `1 2 8:1 /io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hostname /etc/hostname rw - ext4 / rw`;
  assert.equal(find("0::/\n", line), "");
});
