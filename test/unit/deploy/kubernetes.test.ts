/**
 * The manifests of deploy/kubernetes: valid by Kubernetes' own schemas, restricted as the namespace demands, and in step with
 * what they are about: the processes' settings, the jobs that rules and dashboards ask for.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const FOLDER = new URL('../../../deploy/kubernetes/', import.meta.url).pathname
const ROOT = new URL('../../../', import.meta.url).pathname

const MODELS = { Deployment, Job, NetworkPolicy, Namespace, Service, ServiceMonitor } as const

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol?: string }[]
  readonly readinessProbe?: { readonly httpGet: { readonly port: string } }
}

interface PodSpec {
  readonly containers: readonly Container[]
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: keyof typeof MODELS
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }
  readonly spec: {
    readonly template?: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec }
    readonly selector?: Record<string, unknown>
    readonly ports?: readonly { readonly name: string; readonly port: number; readonly protocol?: string }[]
    readonly endpoints?: readonly {
      readonly port: string
      readonly relabelings: readonly { readonly targetLabel: string; readonly replacement?: string }[]
    }[]
  }
}

const read = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(FOLDER + file, 'utf8')).map((document) => document.toJS() as Manifest)

const files = ['', 'monitoring/'].flatMap((folder) =>
  readdirSync(FOLDER + folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .map((name) => folder + name),
)
const manifests = files.flatMap(read)
const of = (kind: Manifest['kind']): Manifest[] => manifests.filter((manifest) => manifest.kind === kind)
const pods = manifests.flatMap(({ kind, metadata, spec }) =>
  spec?.template === undefined ? [] : [{ name: `${kind} ${metadata.name ?? ''}`, pod: spec.template.spec }],
)

describe('every manifest', () => {
  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is valid by the schema of its kind',
    (_, manifest) => {
      const Model = MODELS[manifest.kind] as new (data: unknown) => { validate(): void; toJSON(): unknown }
      const model = new Model(manifest)
      expect(model.toJSON()).toMatchObject({ apiVersion: manifest.apiVersion, kind: manifest.kind })
      expect(() => model.validate()).not.toThrow()
    },
  )

  it('is a resource of a kustomization, but the job that runs when it is wanted', () => {
    const resources = ['', 'monitoring/'].flatMap((folder) => {
      const { resources } = parse(readFileSync(`${FOLDER}${folder}kustomization.yaml`, 'utf8')) as {
        resources: string[]
      }
      return resources.map((name) => folder + name)
    })
    expect([...resources, 'grid-job.yaml'].sort()).toEqual([...files].sort())
  })

  it('a wrong one would not be valid', () => {
    const [server] = of('Deployment')
    const wrong = { ...server, spec: { ...server?.spec, replicas: 'one' } }
    expect(() => new Deployment(wrong as never).validate()).toThrow('replicas')
  })
})

describe('every pod', () => {
  it.each(pods)('$name is restricted, and sees nothing of the cluster', ({ pod }) => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    })
    for (const container of pod.containers) {
      expect(container).toMatchObject({
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
        resources: { limits: { memory: expect.any(String) } },
      })
    }
  })

  it('has settings that its process has, and a port for each of them', () => {
    const compose = readFileSync(`${ROOT}docker-compose.yml`, 'utf8')
    for (const { metadata, spec } of of('Deployment')) {
      for (const { env = [], ports = [], readinessProbe } of spec.template?.spec.containers ?? []) {
        for (const { name } of env) expect(compose, `${metadata.name}: ${name}`).toContain(`${name}:`)
        const numbers = ports.map(({ containerPort }) => String(containerPort))
        for (const { name, value = '' } of env.filter((one) => /_PORT$/.test(one.name)))
          expect(numbers, name).toContain(value)
        expect(ports.map(({ name }) => name)).toContain(readinessProbe?.httpGet.port)
      }
    }
  })
})

describe('services', () => {
  it('lead to the ports of their pods', () => {
    for (const { metadata, spec } of of('Service')) {
      const deployment = of('Deployment').find((one) => one.metadata.name === metadata.name)
      expect(spec.selector).toEqual(deployment?.spec.template?.metadata.labels)
      const container = deployment?.spec.template?.spec.containers[0]
      expect(spec.ports).toEqual(
        container?.ports?.map(({ containerPort, ...port }) => ({ ...port, port: containerPort })),
      )
    }
  })

  it('are scraped under the jobs that dashboards ask for', () => {
    const jobs = of('ServiceMonitor').flatMap(({ metadata, spec }) => {
      const service = of('Service').find((one) => one.metadata.name === metadata.name)
      return (spec.endpoints ?? []).map(({ port, relabelings }) => {
        expect(service?.spec.ports?.map(({ name }) => name)).toContain(port)
        return relabelings.find(({ targetLabel }) => targetLabel === 'job')?.replacement
      })
    })
    const { scrape_configs } = parse(readFileSync(`${ROOT}dashboard/prometheus/prometheus.yml`, 'utf8')) as {
      scrape_configs: { job_name: string }[]
    }
    const inCompose = scrape_configs.map(({ job_name }) => job_name).filter((job) => job !== 'synlab-bench')
    expect(jobs.sort()).toEqual(inCompose.sort())
  })
})

it('the network is closed: every pod is under a policy that names what may come in and go out', () => {
  expect(of('NetworkPolicy')).toHaveLength(1)
  expect(of('NetworkPolicy')[0]?.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  expect(JSON.stringify(of('NetworkPolicy'))).not.toContain('ipBlock')
})
