"""RAFT-small (Teed and Deng, 2020) under the tensor names of the authors' release."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN, CONTEXT, FEATURES = 96, 64, 128
LEVELS, RADIUS = 4, 3


def _norm(width: int, normalised: bool) -> nn.Module:
    return nn.InstanceNorm2d(width, eps=1e-5) if normalised else nn.Identity()


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1; each with norm and ReLU; then the sum with the skip, ReLU."""

    def __init__(self, inner: int, outer: int, stride: int, normalised: bool) -> None:
        super().__init__()
        width = outer // 4
        self.conv1 = nn.Conv2d(inner, width, 1)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1)
        self.conv3 = nn.Conv2d(width, outer, 1)
        self.norm1, self.norm2 = _norm(width, normalised), _norm(width, normalised)
        self.norm3 = _norm(outer, normalised)
        self.downsample = (
            nn.Identity()
            if stride == 1
            else nn.Sequential(nn.Conv2d(inner, outer, 1, stride=stride), _norm(outer, normalised))
        )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        y = F.relu(self.norm2(self.conv2(y)))
        y = F.relu(self.norm3(self.conv3(y)))
        return F.relu(self.downsample(x) + y)


class FeatureEncoder(nn.Module):
    """Images [n, 3, H, W] to features at an eighth of the size."""

    def __init__(self, outer: int, normalised: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 7, stride=2, padding=3)
        self.norm1 = _norm(32, normalised)
        widths = ((32, 32, 1), (32, 64, 2), (64, 96, 2))
        stages = [
            nn.Sequential(Bottleneck(inner, width, stride, normalised), Bottleneck(width, width, 1, normalised))
            for inner, width, stride in widths
        ]
        self.layer1, self.layer2, self.layer3 = stages
        self.conv2 = nn.Conv2d(96, outer, 1)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.conv1(images)))
        return self.conv2(self.layer3(self.layer2(self.layer1(x))))


class MotionEncoder(nn.Module):
    """Correlation and flow to motion features, the flow itself appended."""

    def __init__(self) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(LEVELS * (2 * RADIUS + 1) ** 2, 96, 1)
        self.convf1 = nn.Conv2d(2, 64, 7, padding=3)
        self.convf2 = nn.Conv2d(64, 32, 3, padding=1)
        self.conv = nn.Conv2d(128, 80, 3, padding=1)

    def forward(self, flow: Tensor, correlation: Tensor) -> Tensor:
        motion = F.relu(self.convf2(F.relu(self.convf1(flow))))
        joined = F.relu(self.conv(torch.cat([F.relu(self.convc1(correlation)), motion], 1)))
        return torch.cat([joined, flow], 1)


class RecurrentUnit(nn.Module):
    """Convolutional GRU."""

    def __init__(self) -> None:
        super().__init__()
        width = HIDDEN + CONTEXT + 82
        self.convz, self.convr, self.convq = (nn.Conv2d(width, HIDDEN, 3, padding=1) for _ in range(3))

    def forward(self, hidden: Tensor, x: Tensor) -> Tensor:
        joined = torch.cat([hidden, x], 1)
        update, reset = torch.sigmoid(self.convz(joined)), torch.sigmoid(self.convr(joined))
        candidate = torch.tanh(self.convq(torch.cat([reset * hidden, x], 1)))
        return (1 - update) * hidden + update * candidate


class FlowHead(nn.Module):
    """Hidden state to a change of the flow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(HIDDEN, 128, 3, padding=1)
        self.conv2 = nn.Conv2d(128, 2, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.conv2(F.relu(self.conv1(hidden)))


class UpdateBlock(nn.Module):
    """One update of hidden state and flow."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = MotionEncoder()
        self.gru = RecurrentUnit()
        self.flow_head = FlowHead()

    def forward(self, hidden: Tensor, context: Tensor, correlation: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.gru(hidden, torch.cat([context, self.encoder(flow, correlation)], 1))
        return hidden, self.flow_head(hidden)


class Correlation:
    """All-pairs products of two feature maps [n, C, h, w], as a pyramid over the second."""

    def __init__(self, first: Tensor, second: Tensor) -> None:
        n, channels, height, width = first.shape
        volume = first.flatten(2).transpose(1, 2) @ second.flatten(2) / math.sqrt(channels)
        level = volume.reshape(n * height * width, 1, height, width)
        self._pyramid = [level]
        for _ in range(LEVELS - 1):
            level = F.avg_pool2d(level, 2)
            self._pyramid.append(level)
        offsets = torch.arange(-RADIUS, RADIUS + 1, device=first.device, dtype=volume.dtype)
        # x is the slow index of the channels.
        x, y = torch.meshgrid(offsets, offsets, indexing="ij")
        self._window = torch.stack([x, y], -1)[None]

    def at(self, places: Tensor) -> Tensor:
        """Values around places [n, 2, h, w] of the second map: [n, levels (2 r + 1)^2, h, w]."""
        n, _, height, width = places.shape
        centres = places.permute(0, 2, 3, 1).reshape(-1, 1, 1, 2)
        found = []
        for index, level in enumerate(self._pyramid):
            sizes = torch.tensor([level.shape[3] - 1, level.shape[2] - 1], device=places.device)
            grid = 2 * (centres / 2**index + self._window) / sizes - 1
            values = F.grid_sample(level, grid.to(level.dtype), align_corners=True)
            found.append(values.reshape(n, height, width, -1))
        return torch.cat(found, 3).permute(0, 3, 1, 2)


class RAFTSmall(nn.Module):
    """Images [n, 3, H, W] in [-1, 1], sides multiples of 8 and at least 128, to flows [n, 2, H, W] of every update."""

    def __init__(self) -> None:
        super().__init__()
        self.fnet = FeatureEncoder(FEATURES, normalised=True)
        self.cnet = FeatureEncoder(HIDDEN + CONTEXT, normalised=False)
        self.update_block = UpdateBlock()

    def forward(self, first: Tensor, second: Tensor, iterations: int) -> list[Tensor]:
        features = self.fnet(torch.cat([first, second])).float()
        # Places need more digits than 16-bit floats have.
        with torch.autocast(first.device.type, enabled=False):
            correlation = Correlation(*features.chunk(2))
        hidden, context = self.cnet(first).split([HIDDEN, CONTEXT], 1)
        hidden, context = torch.tanh(hidden), F.relu(context)
        height, width = features.shape[2:]
        y, x = torch.meshgrid(
            torch.arange(height, device=first.device), torch.arange(width, device=first.device), indexing="ij"
        )
        start = torch.stack([x, y]).float()[None]
        flow = start.new_zeros(len(first), 2, height, width)
        flows = []
        for _ in range(iterations):
            flow = flow.detach()
            hidden, change = self.update_block(hidden, context, correlation.at(start + flow), flow)
            flow = flow + change.float()
            flows.append(8 * F.interpolate(flow, scale_factor=8.0, mode="bilinear", align_corners=True))
        return flows
